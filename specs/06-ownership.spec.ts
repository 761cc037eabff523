/** Who performs. */
import type { StateDocument } from '@refold/core/record'
import type { Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { play, rejection } from './scenes/play.js'
import { begin, task, types, until, workerOf, workFor } from './scenes/task.js'
import { foldEach } from './record-format/reference-fold.js'

const LEASE_MS = 10_000
/** Far less than a lease: a look at a heartbeat, and some answers of the store. */
const AT_ONCE_MS = 250

async function agentPart(simulation: Simulation): Promise<StateDocument['agent']> {
  const states = foldEach(await simulation.records('task-1'))
  return (states.at(-1) as StateDocument).agent
}

describe('ownership', () => {
  test('OWN-1 of several workers that find an agent without its owner exactly one gets it, at a higher epoch', () =>
    play('OWN-1', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000) })
      for (const name of ['b', 'c']) await workerOf(simulation, name, { run: workFor(5_000) })
      await begin(simulation, a)
      const before = await agentPart(simulation)
      a.kill()
      await simulation.advance(120_000)
      expect((await types(simulation)).filter((type) => type === 'refold.claimed')).toHaveLength(1)
      expect((await agentPart(simulation)).epoch).toBe(before.epoch + 1)
      expect(simulation.effects.began()).toHaveLength(2)
    }))

  test('OWN-2 a worker that was replaced cannot record a failure, an attempt or a step', () =>
    play('OWN-2', async (simulation) => {
      const run = async ({
        process,
        sleepDeaf,
      }: {
        process: string
        sleepDeaf: (durationMs: number) => Promise<void>
      }): Promise<string> => {
        await sleepDeaf(process === 'a' ? 1_000 : 600_000)
        if (process === 'a') throw new Error('from the past')
        return 'done'
      }
      const options = { run, policy: { retry: { attempts: 3, delayMs: 100 } } }
      const a = await workerOf(simulation, 'a', options)
      await workerOf(simulation, 'b', options)
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began({ process: 'a' }).length === 1)
      const before = await agentPart(simulation)
      a.stop()
      await simulation.when(() => simulation.effects.began({ process: 'b' }).length === 1)
      a.continue()
      await simulation.advance(60_000)
      expect((await types(simulation)).slice(1)).toEqual(['refold.claimed', 'refold.effect.started'])
      expect(simulation.effects.began({ process: 'a' })).toHaveLength(1)
      expect((await agentPart(simulation)).owner).not.toBe(before.owner)
    }))

  test('OWN-3 a success is accepted from an older epoch, and its record says late', () =>
    play('OWN-3', async (simulation) => {
      const run = async ({
        process,
        sleepDeaf,
      }: {
        process: string
        sleepDeaf: (durationMs: number) => Promise<void>
      }): Promise<string> => {
        await sleepDeaf(process === 'a' ? 1_000 : 600_000)
        return process
      }
      const [a, b] = [await workerOf(simulation, 'a', { run }), await workerOf(simulation, 'b', { run })]
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began({ process: 'a' }).length === 1)
      a.stop()
      await simulation.when(() => simulation.effects.began({ process: 'b' }).length === 1)
      a.continue()
      const agent = await simulation.until(b.attach('task', '1'))
      await until(simulation, agent, 'resting')
      expect(agent.getSnapshot().context.result).toBe('a')
      expect((await simulation.records('task-1')).at(-1)?.metadata).toMatchObject({ refold: { input: { late: true } } })
    }))

  test('OWN-4 an input whose append meets a conflict is decided again on the newer state', () =>
    play('OWN-4', async (simulation) => {
      const [a, b] = [await workerOf(simulation, 'a'), await workerOf(simulation, 'b')]
      const here = await begin(simulation, a)
      await until(simulation, here, 'resting')
      const there = await simulation.until(b.attach('task', '1'))
      simulation.faults.add({ process: 'a', type: 'again', fault: { kind: 'delayed', requestMs: 500 } })
      const again = rejection(here.send({ type: 'again' }))
      await simulation.until(there.send({ type: 'end' }))
      expect(await simulation.until(again)).toMatchObject({ code: 'NOT_ACTIVE' })
      expect((await types(simulation)).slice(-2)).toEqual(['refold.effect.done', 'end'])
    }))

  test('OWN-5 inputs that queue behind an append go as one append, each decided on the one before it', () =>
    play('OWN-5', async (simulation) => {
      const a = await workerOf(simulation, 'a')
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'resting')
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 500 } })
      const first = agent.send({ type: 'note', text: 'first' })
      await simulation.advance(50)
      await simulation.until(
        Promise.all([
          first,
          ...Array.from({ length: 19 }, (_, index) => agent.send({ type: 'note', text: String(index) })),
        ]),
      )
      expect(agent.getSnapshot().context.list).toHaveLength(21)
      expect(simulation.disk.overlapping.size).toBe(0)
      const stored = [...simulation.disk.observed.values()]
        .filter(({ event }) => event.type === 'note')
        .map(({ storedAt }) => storedAt)
      expect(new Set(stored).size).toBe(2)
    }))

  test.each([true, false])(
    'OWN-6 after an unknown answer (stored: %s) the same append is repeated and nothing is decided meanwhile',
    (stored) =>
      play('OWN-6', async (simulation) => {
        const a = await workerOf(simulation, 'a')
        const agent = await begin(simulation, a)
        await until(simulation, agent, 'resting')
        simulation.faults.add({ process: 'a', type: 'note', times: 3, fault: { kind: 'unknown', stored } })
        const states = await simulation.until(Promise.all(['1', '2'].map((text) => agent.send({ type: 'note', text }))))
        expect(states.at(-1)?.context.list).toEqual(['a', '1', '2'])
        expect((await types(simulation)).filter((type) => type === 'note')).toHaveLength(2)
        expect(simulation.disk.overlapping.size).toBe(0)
      }),
  )

  test('OWN-7 a worker whose heartbeats do not reach the store begins no body after its lease', () =>
    play('OWN-7', async (simulation) => {
      const a = await workerOf(simulation, 'a')
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'resting')
      simulation.faults.add({ process: 'a', operation: 'put', times: 20, fault: { kind: 'rejected' } })
      await simulation.advance(LEASE_MS + 1_000)
      await simulation.until(agent.send({ type: 'again' }))
      await simulation.advance(5_000)
      expect(simulation.effects.began()).toHaveLength(1)
      simulation.faults.heal()
      await until(simulation, agent, 'resting')
      expect(simulation.effects.began()).toHaveLength(2)
    }))

  test('OWN-8 a silent owner is replaced after its lease and not before', () =>
    play('OWN-8', async (simulation) => {
      const [a] = [
        await workerOf(simulation, 'a', { run: workFor(100_000) }),
        await workerOf(simulation, 'b', { run: workFor(100_000) }),
      ]
      await begin(simulation, a)
      await simulation.advance(1_000)
      a.stop()
      await simulation.advance(LEASE_MS - 4_000)
      expect(simulation.effects.began({ process: 'b' })).toEqual([])
      await simulation.advance(3 * LEASE_MS)
      expect(simulation.effects.began({ process: 'b' })).toHaveLength(1)
    }))

  test('OWN-8 an owner whose death is proven is replaced at once', () =>
    play('OWN-8 proven', async (simulation) => {
      const options = {
        agents: (effects: Parameters<typeof task>[0]) => [task(effects, { run: workFor(100_000) })],
        machine: 'one',
      }
      const [a, b] = [simulation.process('a', options), simulation.process('b', options)]
      await simulation.until(Promise.all([a.start(), b.start()]))
      await begin(simulation, a)
      await simulation.advance(1_000)
      a.kill()
      await simulation.advance(LEASE_MS / 2)
      expect(simulation.effects.began({ process: 'b' })).toHaveLength(1)
    }))

  test('OWN-9 an agent with nothing to perform is not claimed', () =>
    play('OWN-9', async (simulation) => {
      const a = await workerOf(simulation, 'a')
      await until(simulation, await begin(simulation, a), 'resting')
      a.kill()
      await workerOf(simulation, 'b')
      await simulation.advance(120_000)
      expect(await types(simulation)).toEqual(['refold.started', 'refold.effect.done'])
    }))

  test('OWN-10 closing loses nothing: what was pending goes on in another worker that runs already, at once', () =>
    play('OWN-10', async (simulation) => {
      const [a, b] = [
        await workerOf(simulation, 'a', { run: workFor(100_000) }),
        await workerOf(simulation, 'b', { run: workFor(1_000) }),
      ]
      await begin(simulation, a)
      await simulation.advance(1_000)
      await simulation.until(a.close())
      await simulation.advance(AT_ONCE_MS)
      expect(simulation.effects.began({ process: 'b' })).toHaveLength(1)
      const agent = await simulation.until(b.attach('task', '1'))
      await until(simulation, agent, 'resting')
    }))

  test.each(['a', 'b'])('OWN-10 what was pending goes on at the next start, in the worker %s, at once', (name) =>
    play('OWN-10 next start', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(100_000) })
      await begin(simulation, a)
      await simulation.advance(1_000)
      await simulation.until(a.close())
      await simulation.advance(60_000)
      const next = name === 'a' ? a : simulation.process('b', { agents: (effects) => [task(effects)] })
      await simulation.until(next.start())
      await simulation.advance(AT_ONCE_MS)
      const [first, second] = simulation.effects.began()
      expect([first?.author.process, second?.author.process]).toEqual(['a', name])
      expect(second?.key, 'the same effect').toBe(first?.key)
    }),
  )
})
