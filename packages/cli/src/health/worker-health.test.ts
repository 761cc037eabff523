import { expect, test } from 'vitest'
import { readinessOf } from './readiness.js'
import { WorkerHealth } from './worker-health.js'

test('CLI-82 a worker that answers nothing any more is not ready, and says so', () => {
  const health = new WorkerHealth()
  const ready = () => health.readiness('w1', undefined)
  expect(ready().why).toBe('it has not looked at the store yet')
  health.asked()
  health.answered({ metrics: [] })
  for (let asked = 0; asked < 3; asked++) health.asked()
  expect(ready()).toEqual({ worker: 'w1', isReady: true })
  health.asked()
  expect(ready().why).toBe('it has not answered 4 questions')
  health.answered({ metrics: [], trouble: 'x'.repeat(1_000) })
  expect(ready().why).toHaveLength(300)
  expect(health.readiness('w1', 'it is starting').why).toBe('it is starting')
})

test('CLI-82, CLI-83 a fleet is ready with one worker that is, unless it drains', () => {
  const workers = [
    { worker: 'w1', isReady: false, why: 'it is starting' },
    { worker: 'w2', isReady: true },
  ]
  expect(readinessOf(workers, { isDraining: false })).toEqual({ isReady: true, reasons: [], workers })
  expect(readinessOf(workers.slice(0, 1), { isDraining: false }).reasons).toEqual(['no worker is ready'])
  expect(readinessOf(workers, { isDraining: true })).toMatchObject({ isReady: false })
})
