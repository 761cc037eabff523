/** What an interrupted effect means: run again, asked after, or in doubt. */
import { describe, expect, test } from 'vitest'
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { play, rejection } from './scenes/play.js'
import { begin, types, until, workerOf, workFor } from './scenes/task.js'
import type { TaskOptions } from './scenes/task.js'

const neverRetry = { safety: 'never-retry' }

/** A body that was begun when its process died, and the agent as the next life of the process holds it. */
async function interrupted(
  simulation: Simulation,
  options: TaskOptions,
): Promise<{ readonly a: SimulatedProcess; readonly agent: AnyAgent }> {
  const a = await workerOf(simulation, 'a', { run: workFor(5_000), ...options })
  await begin(simulation, a)
  await simulation.when(() => simulation.effects.began().length === 1)
  a.kill()
  await simulation.until(a.start())
  return { a, agent: await simulation.until(a.attach('task', '1')) }
}

describe('idempotent', () => {
  test('EFF-13 runs again with the same key, and the interrupted attempt uses none up', () =>
    play('EFF-13', async (simulation) => {
      const { agent } = await interrupted(simulation, { policy: { retry: { attempts: 1 } } })
      await until(simulation, agent, 'resting')
      expect(simulation.effects.began().map(({ attempt }) => attempt)).toEqual([1, 1])
      expect(new Set(simulation.effects.began().map(({ key }) => key)).size).toBe(1)
    }))
})

describe('reconcilable', () => {
  test.each([
    [{ output: 'found' }, 'resting', { result: 'found' }, 1],
    [{ error: new Error('declined') }, 'failed', { error: { message: 'declined' } }, 1],
    ['not-done', 'resting', { result: 'done' }, 2],
  ] as const)('EFF-14 the answer %j decides', (answer, value, context, bodies) =>
    play('EFF-14', async (simulation) => {
      const asked: unknown[] = []
      const reconcile = async ({ key, input }: { key: string; input: unknown }): Promise<unknown> => {
        asked.push({ key, input })
        return answer
      }
      const { agent } = await interrupted(simulation, { policy: { safety: { reconcile } } })
      await until(simulation, agent, value)
      expect(agent.getSnapshot().context).toMatchObject(context)
      expect(simulation.effects.began()).toHaveLength(bodies)
      expect(asked).toEqual([{ key: simulation.effects.began()[0]?.key, input: { visit: 1, list: ['a'] } }])
    }),
  )

  test('EFF-14 an unknown answer leaves the effect in doubt', () =>
    play('EFF-14 unknown', async (simulation) => {
      const { agent } = await interrupted(simulation, { policy: { safety: { reconcile: async () => 'unknown' } } })
      const state = await simulation.until(agent.waitFor((now) => now.condition === 'in-doubt'))
      expect(state.effects[0]?.inDoubt).toMatchObject({ why: 'unknown' })
      expect(simulation.effects.began()).toHaveLength(1)
    }))
})

describe('never-retry', () => {
  test('EFF-15 a begun effect without an outcome is in doubt: no body begins, the agent waits', () =>
    play('EFF-15', async (simulation) => {
      const { agent } = await interrupted(simulation, { policy: neverRetry })
      await simulation.advance(3_600_000)
      expect(agent.getSnapshot()).toMatchObject({ condition: 'in-doubt', value: 'working' })
      expect(await simulation.until(agent.inDoubt())).toMatchObject([{ src: 'work', inDoubt: { why: 'interrupted' } }])
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('EFF-16 EFF-1 an effect that never began is simply begun, after the record that it begins', () =>
    play('EFF-16', async (simulation) => {
      const a = await workerOf(simulation, 'a', { policy: neverRetry })
      simulation.faults.add({ process: 'a', type: 'refold.effect.started', fault: { kind: 'crash', when: 'before' } })
      await Promise.allSettled([begin(simulation, a)]) // it may die before it has answered
      await simulation.when(() => a.state === 'down')
      await simulation.until(a.start())
      await until(simulation, await simulation.until(a.attach('task', '1')), 'resting')
      expect(simulation.effects.began()).toHaveLength(1)
      expect((await types(simulation)).slice(-2)).toEqual(['refold.effect.started', 'refold.effect.done'])
    }))

  test.each([
    [{ complete: 'by hand' }, 'resting', { result: 'by hand' }, 1],
    [{ fail: new Error('declined') }, 'failed', { error: { message: 'declined' } }, 1],
    [{ again: true, force: true }, 'resting', { result: 'done' }, 2],
  ] as const)('EFF-17 %j is carried out, and recorded', (decision, value, context, bodies) =>
    play('EFF-17', async (simulation) => {
      const { agent } = await interrupted(simulation, { policy: neverRetry })
      const [doubted] = await simulation.until(agent.inDoubt())
      await simulation.until(agent.resolve(doubted?.effect ?? '', { ...decision, by: 'ana' }))
      await until(simulation, agent, value)
      const records = await simulation.records('task-1')
      expect(agent.getSnapshot().context).toMatchObject(context)
      expect(simulation.effects.began()).toHaveLength(bodies)
      expect(
        records.filter(({ metadata }) => (metadata as { refold: { by?: string } }).refold.by === 'ana'),
      ).toHaveLength(1)
    }),
  )

  test('EFF-17 a decision about an effect that is not in doubt is refused', () =>
    play('EFF-17 refused', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000), policy: neverRetry })
      const agent = await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      const effect = agent.getSnapshot().effects[0]?.effect ?? ''
      expect(await simulation.until(rejection(agent.resolve(effect, { complete: 'mine' })))).toMatchObject({
        code: 'NOT_IN_DOUBT',
      })
      await until(simulation, agent, 'resting')
      expect(agent.getSnapshot().context.result).toBe('done')
    }))

  test('EFF-18 `again` waits until the old owner was watched silent for a lease, and keeps the key', () =>
    play('EFF-18', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000), policy: neverRetry })
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      const b = await workerOf(simulation, 'b', { run: workFor(5_000), policy: neverRetry })
      a.stop()
      const agent = await simulation.until(b.attach('task', '1'))
      await simulation.until(agent.waitFor((state) => state.condition === 'in-doubt'))
      const c = await workerOf(simulation, 'c', { policy: neverRetry })
      const stranger = await simulation.until(c.attach('task', '1'))
      const [doubted] = await simulation.until(agent.inDoubt())
      expect(await simulation.until(rejection(stranger.resolve(doubted?.effect ?? '', { again: true })))).toMatchObject(
        {
          code: 'OWNER_MAY_LIVE',
        },
      )
      await simulation.until(agent.resolve(doubted?.effect ?? '', { again: true }))
      await until(simulation, agent, 'resting')
      expect(new Set(simulation.effects.began().map(({ key }) => key)).size).toBe(1)
    }))

  test('EFF-19 closing does not abort a begun body: its outcome is awaited and recorded', () =>
    play('EFF-19 awaited', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000), policy: neverRetry })
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      await simulation.until(a.close())
      expect((await types(simulation)).at(-1)).toBe('refold.effect.done')
    }))

  test('EFF-20 one that the chart leaves is kept as abandoned until its outcome is recorded', () =>
    play('EFF-20', async (simulation) => {
      const run: TaskOptions['run'] = async ({ sleepDeaf }) => {
        await sleepDeaf(5_000)
        return 'paid'
      }
      const a = await workerOf(simulation, 'a', { run, policy: neverRetry })
      const agent = await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      await simulation.until(agent.send({ type: 'leave' }))
      expect(await simulation.until(agent.inDoubt())).toMatchObject([{ src: 'work', abandoned: {} }])
      await simulation.advance(10_000)
      expect(await simulation.until(agent.inDoubt())).toEqual([])
      expect((await simulation.records('task-1')).at(-1)).toMatchObject({
        type: 'refold.effect.done',
        data: { output: 'paid' },
      })
      expect(agent.getSnapshot().value).toBe('left')
    }))

  test('EFF-20 an abandoned effect whose outcome no one will tell is acknowledged', () =>
    play('EFF-20 acknowledged', async (simulation) => {
      const { agent } = await interrupted(simulation, { policy: neverRetry })
      await simulation.until(agent.send({ type: 'leave' }))
      const [abandoned] = await simulation.until(agent.inDoubt())
      await simulation.until(agent.resolve(abandoned?.effect ?? '', { acknowledge: true }))
      expect(await simulation.until(agent.inDoubt())).toEqual([])
      expect((await types(simulation)).at(-1)).toBe('refold.effect.resolved')
    }))
})
