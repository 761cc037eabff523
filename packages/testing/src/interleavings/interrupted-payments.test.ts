/** What a person or a machine does to a worker, or to the agent, while a payment is under way. */
import type { AnyAgent } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import type { JobOptions } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

const PAYMENT_MS = 5_000
/** Longer than any lease of these tests. */
const LONG_MS = 45_000

/** Two workers; `a` has begun the payment. */
async function paying(simulation: Simulation, options: Omit<JobOptions, 'safety'> = {}) {
  const payment: JobOptions = { safety: 'never-retry', run: workFor(PAYMENT_MS), ...options }
  const agents = (effects: ProcessEffects) => [job(effects, payment)]
  const a = simulation.process('a', { agents })
  const b = simulation.process('b', { agents })
  await simulation.until(Promise.all([a.start(), b.start()]))
  const here = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
  await simulation.when(() => simulation.effects.began().length === 1)
  const there = await simulation.until(b.attach('job', '1'))
  return { a, b, here, there }
}

/** The payment was begun once, and time brings no other. */
async function paidOnce(simulation: Simulation, agent: AnyAgent): Promise<void> {
  await simulation.until(agent.waitFor((state) => state.matches('idle')))
  await simulation.advance(LONG_MS)
  expect(simulation.effects.began()).toHaveLength(1)
  expect(agent.getSnapshot().context.result).toEqual({ done: 1 })
}

async function onlyDoubt(simulation: Simulation, agent: AnyAgent): Promise<{ effect: string; key: string }> {
  const [doubt, ...others] = await simulation.until(agent.inDoubt())
  if (doubt === undefined || others.length > 0) throw new Error('not one effect is in doubt')
  return doubt
}

async function typesOf(simulation: Simulation): Promise<readonly string[]> {
  return (await simulation.records('job-1')).map(({ type }) => type)
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('I14 a pause meets a started payment: it is waited for, its outcome counts, and the resume begins nothing', () =>
    play({ seed: 'I14a', backing }, async (simulation) => {
      const { here, there } = await paying(simulation)
      await simulation.until(here.pause({ by: 'ana' }))
      await simulation.until(there.waitFor((state) => state.matches('idle') && state.condition === 'paused'))
      await simulation.until(there.resume({ by: 'ana' }))
      await paidOnce(simulation, there)
    }))

  test('I14 a pause meets a started payment and its worker dies: no one claims the agent while it is paused, then the payment is in doubt', () =>
    play({ seed: 'I14b', backing }, async (simulation) => {
      const { a, here, there } = await paying(simulation)
      await simulation.until(here.pause({ by: 'ana' }))
      a.kill()
      await simulation.advance(LONG_MS)
      expect(await typesOf(simulation)).not.toContain('refold.claimed')
      await simulation.until(there.resume({ by: 'ana' }))
      await simulation.until(there.waitFor((state) => state.condition === 'in-doubt'))
      const doubt = await onlyDoubt(simulation, there)
      await simulation.until(there.resolve(doubt.effect, { complete: { done: 1 }, by: 'ana' }))
      await paidOnce(simulation, there)
    }))

  test('I14 a drain meets a started payment: it is waited for, and its outcome is stored before anything is handed over', () =>
    play({ seed: 'I14c', backing }, async (simulation) => {
      const { a, there } = await paying(simulation)
      expect(await simulation.until(a.drain({ by: 'ana', deadlineMs: 60_000 }))).toEqual({ released: 0, inDoubt: 0 })
      await paidOnce(simulation, there)
    }))

  test('I14 a drain whose deadline comes before the end of a started payment hands it over in doubt: no one begins it again', () =>
    play({ seed: 'I14d', backing }, async (simulation) => {
      const { a, there } = await paying(simulation)
      expect(await simulation.until(a.drain({ by: 'ana', deadlineMs: 1_000 }))).toEqual({ released: 1, inDoubt: 1 })
      await simulation.until(there.waitFor((state) => state.condition === 'in-doubt'))
      await simulation.advance(LONG_MS)
      expect(simulation.effects.began()).toHaveLength(1)
      const doubt = await onlyDoubt(simulation, there)
      await simulation.until(there.resolve(doubt.effect, { again: true, force: true, by: 'ana' }))
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      expect(simulation.effects.began().map(({ author, key }) => [author.process, key])).toEqual([
        ['a', doubt.key],
        ['b', doubt.key],
      ])
    }))

  test('I14 the end of a worker in good order meets a started payment: it is waited for', () =>
    play({ seed: 'I14e', backing }, async (simulation) => {
      const { a, there } = await paying(simulation)
      await simulation.until(a.close())
      await paidOnce(simulation, there)
    }))

  test('I14 the loss of a lease meets a started payment that no one takes over: it ends, and counts as ever', () =>
    play({ seed: 'I14f', backing }, async (simulation) => {
      const { a, b, here } = await paying(simulation)
      b.kill()
      a.stop()
      await simulation.advance(LONG_MS)
      a.continue({ monotonic: 'stood-still' })
      await paidOnce(simulation, here)
      expect(await typesOf(simulation)).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
    }))

  test('I14 the loss of a lease meets a started payment that another worker takes over: in doubt, until its body tells a success', () =>
    play({ seed: 'I14g', backing }, async (simulation) => {
      const { a, there } = await paying(simulation, { run: workFor(LONG_MS) })
      a.stop()
      await simulation.until(there.waitFor((state) => state.condition === 'in-doubt'))
      a.continue({ monotonic: 'stood-still' })
      await paidOnce(simulation, there)
      const done = (await simulation.records('job-1')).find(({ type }) => type === 'refold.effect.done')
      expect(done?.metadata).toMatchObject({ refold: { input: { late: true } } })
    }))

  test('I14 a time-out meets a started payment: it is in doubt and not failed, and a success that comes after all counts', () =>
    play({ seed: 'I14h', backing }, async (simulation) => {
      const { here } = await paying(simulation, { timeoutMs: 2_000, run: workForDeaf(PAYMENT_MS) })
      await simulation.until(here.waitFor((state) => state.condition === 'in-doubt'))
      expect(here.getSnapshot().effects).toMatchObject([{ inDoubt: { why: 'timeout' } }])
      await paidOnce(simulation, here)
    }))

  test('I14 a time-out meets a started payment that heeds its signal: it stays in doubt until someone decides', () =>
    play({ seed: 'I14i', backing }, async (simulation) => {
      const { here } = await paying(simulation, { timeoutMs: 2_000 })
      await simulation.until(here.waitFor((state) => state.condition === 'in-doubt'))
      await simulation.advance(LONG_MS)
      expect(here.getSnapshot().condition).toBe('in-doubt')
      const doubt = await onlyDoubt(simulation, here)
      await simulation.until(here.resolve(doubt.effect, { fail: new Error('the bank has no trace'), by: 'ana' }))
      await simulation.until(here.waitFor((state) => state.matches('failed')))
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('I14 a cancellation meets a started payment: the agent is stopped, and the outcome is kept all the same', () =>
    play({ seed: 'I14j', backing }, async (simulation) => {
      const { here, there } = await paying(simulation, { run: workForDeaf(PAYMENT_MS) })
      await simulation.until(there.cancel({ by: 'ana', deadlineMs: 60_000 }))
      expect(there.getSnapshot()).toMatchObject({ status: 'stopped', effects: [{ abandoned: {} }] })
      await simulation.advance(LONG_MS)
      expect(await simulation.until(here.inDoubt())).toEqual([])
      expect((await typesOf(simulation)).slice(-2)).toEqual(['refold.cancelled', 'refold.effect.done'])
      expect(simulation.effects.began()).toHaveLength(1)
    }))
})

/** As a call that cannot be called back. */
function workForDeaf(durationMs: number): NonNullable<JobOptions['run']> {
  return async ({ sleepDeaf, perform, input }) => {
    await sleepDeaf(durationMs)
    return perform({ done: input.visit })
  }
}
