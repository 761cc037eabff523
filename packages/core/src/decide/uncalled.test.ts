/** What is said of a payment that was recorded as begun, and whose body was not called. */
import { expect, test } from 'vitest'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { workAgent } from '../api/work-agent.fixture.js'
import { Decider } from './decider.fixture.js'
import type { Input } from './inputs.js'

const error = { name: 'E', message: 'm' }

function begun() {
  const decider = Decider.started(workAgent({ body: controlledBody().body, policy: { safety: 'never-retry' } }))
  const { effect } = decider
  decider.own({ kind: 'effect.started', effect, attempt: 1 })
  const at = decider.state?.effects[effect]?.attempt?.at ?? NaN
  const uncalled = (since: number): Input => ({
    kind: 'attempt.failed',
    effect,
    attempt: 1,
    error,
    retryAt: 5,
    uncalled: since,
  })
  return { decider, effect, at, uncalled }
}

test('EFF-343 the attempt does not count, and the effect is pending as before it', () => {
  const { decider, effect, at, uncalled } = begun()
  expect(decider.own(uncalled(at)).kind).toBe('recorded')
  expect(decider.records.at(-1)).toMatchObject({ type: 'refold.effect.failed', data: { attempt: 1, retryAt: 5 } })
  expect(decider.state?.effects[effect]).toEqual(expect.not.objectContaining({ attempt: expect.anything() as unknown }))
  expect(decider.state?.effects[effect]?.attempts).toBeUndefined()
})

test('EFF-343 it says nothing of another begin, nor once someone has to decide', () => {
  const { decider, effect, at, uncalled } = begun()
  expect(decider.own(uncalled(at - 1)).kind).toBe('dropped')
  decider.own({ kind: 'effect.doubted', effect, why: 'interrupted' })
  expect(decider.own(uncalled(at)).kind).toBe('dropped')
})

test('EFF-343 a doubt about what has not begun is none', () => {
  const { decider, effect, at, uncalled } = begun()
  decider.own(uncalled(at))
  expect(decider.own({ kind: 'effect.doubted', effect, why: 'interrupted' }).kind).toBe('dropped')
  expect(decider.own({ kind: 'effect.started', effect, attempt: 1 }).kind).toBe('recorded')
})
