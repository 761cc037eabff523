/** Effects, seen from outside: what began, what is in the stream, what the agent became. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { StoredEvent } from '@refold/core'
import { play } from './scenes/play.js'
import { begin, types, until, workerOf, workFor } from './scenes/task.js'
import type { TaskOptions } from './scenes/task.js'

const HOUR_MS = 3_600_000

describe('start and outcome', () => {
  test('EFF-1 a body begins when the record that starts its effect is stored, and not before', () =>
    play('EFF-1', async (simulation) => {
      const known: boolean[] = []
      const run: TaskOptions['run'] = ({ key }) => known.push(simulation.disk.observed.has(eventIdOf(key)))
      const a = await workerOf(simulation, 'a', { run })
      simulation.faults.add({ process: 'a', type: 'refold.started', fault: { kind: 'delayed', requestMs: 500 } })
      await until(simulation, await begin(simulation, a), 'resting')
      expect(known).toEqual([true])
      expect(simulation.effects.began()[0]?.at).toBeGreaterThanOrEqual(500)
    }))

  test('EFF-2 when the outcome is durable no body begins again, however often the process dies', () =>
    play('EFF-2', async (simulation) => {
      const a = await workerOf(simulation, 'a')
      await until(simulation, await begin(simulation, a), 'resting')
      for (let life = 0; life < 3; life++) {
        a.kill()
        await simulation.until(a.start())
        await simulation.advance(HOUR_MS)
      }
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('EFF-3 the first outcome wins: one that comes later changes nothing', () =>
    play('EFF-3', async (simulation) => {
      const run: TaskOptions['run'] = async ({ process, sleepDeaf }) => {
        await sleepDeaf(5_000)
        return process
      }
      const [a, b] = [await workerOf(simulation, 'a', { run }), await workerOf(simulation, 'b', { run })]
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began({ process: 'a' }).length === 1)
      a.stop()
      const there = await simulation.until(b.attach('task', '1'))
      await until(simulation, there, 'resting')
      a.continue()
      await simulation.advance(60_000)
      expect(there.getSnapshot().context.result).toBe('b')
    }))

  test('EFF-4 leaving the state aborts the body, and what it answers afterwards changes nothing', () =>
    play('EFF-4', async (simulation) => {
      let aborted = false
      const run: TaskOptions['run'] = async ({ signal, sleepDeaf }) => {
        signal.addEventListener('abort', () => (aborted = true))
        await sleepDeaf(5_000)
        return 'too late'
      }
      const a = await workerOf(simulation, 'a', { run })
      const agent = await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      await simulation.until(agent.send({ type: 'leave' }))
      await simulation.advance(60_000)
      expect(aborted).toBe(true)
      expect(await types(simulation)).toEqual(['refold.started', 'leave'])
    }))

  test('EFF-5 the key is the same in every attempt and after a crash, and another one for another start', () =>
    play('EFF-5', async (simulation) => {
      const run: TaskOptions['run'] = async ({ input, attempt, sleep }) => {
        await sleep(100)
        if (input.visit === 1 && attempt < 3) throw new Error('busy')
        return 'done'
      }
      const a = await workerOf(simulation, 'a', {
        run,
        policy: { retry: { attempts: 3, delayMs: 1_000, jitter: false } },
      })
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 2)
      a.kill()
      await simulation.until(a.start())
      const agent = await simulation.until(a.attach('task', '1'))
      await until(simulation, agent, 'resting')
      await simulation.until(agent.send({ type: 'again' }))
      await until(simulation, agent, 'resting')
      const keys = simulation.effects.began().map(({ key }) => key)
      const records = await simulation.records('task-1')
      expect(keys.length).toBeGreaterThan(3)
      expect(new Set(keys).size).toBe(2)
      expect([...new Set(keys)].map((key) => records.find(({ id }) => id === eventIdOf(key))?.type)).toEqual([
        'refold.started',
        'again',
      ])
    }))

  test('EFF-6 what a body does to its input changes no state', () =>
    play('EFF-6', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: ({ input }) => input.list.push('mine') })
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'resting')
      expect(agent.getSnapshot().context).toMatchObject({ list: ['a'], result: 2 })
    }))

  test.each([
    ['that is not JSON', {}, () => new Map()],
    ['that fails its schema', { output: z.object({ text: z.string() }) }, () => ({ text: 7 })],
  ])('EFF-8 an outcome %s is recorded as failed and never retried', (_what, policy, run) =>
    play('EFF-8', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run, policy: { ...policy, retry: { attempts: 5 } } })
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'failed')
      a.kill()
      await simulation.until(a.start())
      await simulation.advance(HOUR_MS)
      expect(agent.getSnapshot().context.error).toMatchObject({ code: 'OUTCOME_UNSTORABLE' })
      expect(simulation.effects.began()).toHaveLength(1)
    }),
  )
})

describe('retries and time-outs', () => {
  const failing: TaskOptions['run'] = () => {
    throw Object.assign(new Error('busy'), { code: 'E_BUSY' })
  }

  test('EFF-9 a failed attempt is a record with the time of the next, and the pause goes on where it was after a crash', () =>
    play('EFF-9', async (simulation) => {
      const policy = { retry: { attempts: 3, delayMs: 60_000, factor: 2, maxDelayMs: 600_000, jitter: false } }
      const a = await workerOf(simulation, 'a', { run: failing, policy })
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      await simulation.advance(10_000)
      a.kill()
      await simulation.advance(20_000)
      await simulation.until(a.start())
      await simulation.advance(HOUR_MS)
      const failures = (await simulation.records('task-1'))
        .filter(({ type }) => type === 'refold.effect.failed')
        .map(({ data }) => data as { retryAt?: number })
      const [first, second, third] = simulation.effects.began().map(({ at }) => at)
      expect(failures.map(({ retryAt }) => retryAt !== undefined)).toEqual([true, true, false])
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(60_000)
      expect((second ?? 0) - (first ?? 0)).toBeLessThan(61_000)
      expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(120_000)
      expect((third ?? 0) - (second ?? 0)).toBeLessThan(121_000)
    }))

  test('EFF-10 when the attempts are used up the last error is the outcome', () =>
    play('EFF-10', async (simulation) => {
      const run: TaskOptions['run'] = ({ attempt }) => {
        throw Object.assign(new Error(`attempt ${attempt}`), { code: 'E_BUSY' })
      }
      const a = await workerOf(simulation, 'a', { run, policy: { retry: { attempts: 2, delayMs: 10 } } })
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'failed')
      expect(agent.getSnapshot().context.error).toMatchObject({ name: 'Error', message: 'attempt 2', code: 'E_BUSY' })
    }))

  test('EFF-11 an attempt that runs out of time is aborted and fails with EFFECT_TIMEOUT', () =>
    play('EFF-11', async (simulation) => {
      let aborted = false
      const run: TaskOptions['run'] = ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = true))
        return new Promise(() => {})
      }
      const a = await workerOf(simulation, 'a', { run, policy: { timeoutMs: 30_000 } })
      const agent = await begin(simulation, a)
      await until(simulation, agent, 'failed')
      expect(aborted).toBe(true)
      expect(agent.getSnapshot().context.error).toMatchObject({ code: 'EFFECT_TIMEOUT' })
    }))

  test('EFF-12 no more bodies of a source run at once than its policy allows', () =>
    play('EFF-12', async (simulation) => {
      let running = 0
      let most = 0
      const run: TaskOptions['run'] = async ({ sleep }) => {
        most = Math.max(most, ++running)
        await sleep(1_000)
        running--
      }
      const a = await workerOf(simulation, 'a', { run, policy: { concurrency: 2 } })
      for (let id = 1; id <= 6; id++) await simulation.until(a.startAgent('task', { id: String(id) }))
      await simulation.advance(10_000)
      expect(simulation.effects.began()).toHaveLength(6)
      expect(most).toBe(2)
    }))

  test('EFF-12 no more bodies of a source begin in a second than its policy allows', () =>
    play('EFF-12 rate', async (simulation) => {
      const a = await workerOf(simulation, 'a', { policy: { perSecond: 2 } })
      await simulation.until(Promise.all([1, 2, 3, 4, 5, 6].map((id) => a.startAgent('task', { id: String(id) }))))
      await simulation.advance(10_000)
      const times = simulation.effects.began().map(({ at }) => at)
      expect(times).toHaveLength(6)
      for (let first = 0; first + 2 < times.length; first++)
        expect((times[first + 2] ?? 0) - (times[first] ?? 0)).toBeGreaterThanOrEqual(999)
    }))

  test('EFF-19 EFF-13 an abort by closing uses no attempt up: the body runs again at the next start', () =>
    play('EFF-19', async (simulation) => {
      const a = await workerOf(simulation, 'a', { run: workFor(5_000) })
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began().length === 1)
      await simulation.until(a.close())
      await simulation.until(a.start())
      const agent = await simulation.until(a.attach('task', '1'))
      await until(simulation, agent, 'resting')
      const bodies = simulation.effects.began()
      expect(bodies.map(({ attempt }) => attempt)).toEqual([1, 1])
      expect(new Set(bodies.map(({ key }) => key)).size).toBe(1)
      expect(await types(simulation)).not.toContain('refold.effect.failed')
    }))
})

describe('steps', () => {
  test('EFF-21 a finished step is not run again in a later attempt', () =>
    play('EFF-21', async (simulation) => {
      let outlines = 0
      const run: TaskOptions['run'] = async ({ step, sleep }) => {
        const outline = await step('outline', () => `outline ${++outlines}`)
        await sleep(5_000)
        return outline
      }
      const a = await workerOf(simulation, 'a', { run })
      await begin(simulation, a)
      await simulation.advance(2_000)
      a.kill()
      await simulation.until(a.start())
      const agent = await simulation.until(a.attach('task', '1'))
      await until(simulation, agent, 'resting')
      expect(simulation.effects.began()).toHaveLength(2)
      expect(agent.getSnapshot().context.result).toBe('outline 1')
    }))

  test('EFF-22 a step whose record is refused never returns', () =>
    play('EFF-22', async (simulation) => {
      const walked: string[] = []
      const run: TaskOptions['run'] = async ({ process, step, sleepDeaf }) => {
        await sleepDeaf(1_000)
        await step('first', () => 'paid')
        walked.push(process)
        return 'done'
      }
      const [a, b] = [await workerOf(simulation, 'a', { run }), await workerOf(simulation, 'b', { run })]
      await begin(simulation, a)
      await simulation.when(() => simulation.effects.began({ process: 'a' }).length === 1)
      a.stop()
      await until(simulation, await simulation.until(b.attach('task', '1')), 'resting')
      a.continue()
      await simulation.advance(60_000)
      expect(walked).toEqual(['b'])
    }))

  test('EFF-23 progress leaves no record', () =>
    play('EFF-23', async (simulation) => {
      const run: TaskOptions['run'] = ({ progress }) => {
        for (const chunk of ['to', 'ken']) progress(chunk)
      }
      const a = await workerOf(simulation, 'a', { run })
      await until(simulation, await begin(simulation, a), 'resting')
      expect(await types(simulation)).toEqual(['refold.started', 'refold.effect.done'])
    }))
})

/** The event id that a key is made of: `<event id>.<ordinal>`. */
function eventIdOf(key: string): StoredEvent['id'] {
  return key.slice(0, key.lastIndexOf('.'))
}
