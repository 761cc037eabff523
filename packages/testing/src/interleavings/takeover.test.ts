/** A worker that is silent while another takes over, and wakes. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, PATIENCE_MS, SOURCES, workFor } from './job.fixture.js'
import type { JobOptions, WorkInput } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects, SimulatedBody } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

type Work = SimulatedBody<WorkInput, unknown>

/** Longer than any lease of these tests. */
const LONG_MS = 45_000

/** Two workers; `a` has started the agent and begun its work. */
async function working(simulation: Simulation, options: JobOptions) {
  const agents = { agents: (effects: ProcessEffects) => [job(effects, options)] }
  const a = simulation.process('a', agents)
  const b = simulation.process('b', agents)
  await simulation.until(Promise.all([a.start(), b.start()]))
  const here = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
  await simulation.when(() => simulation.effects.began({ process: 'a' }).length === 1)
  const there = await simulation.until(b.attach('job', '1'))
  return { a, b, here, there }
}

/** Stopped for longer than the lease, then it goes on. */
async function sleepsThroughItsLease(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  process.stop()
  await simulation.advance(LONG_MS)
  process.continue({ monotonic: 'stood-still' })
  await simulation.advance(LONG_MS)
}

function claims(simulation: Simulation): number {
  return [...simulation.disk.observed.values()].filter(({ event }) => event.type === 'refold.claimed').length
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('I2 a worker stopped longer than its lease wakes and finishes a payment: the payment counts, late, and was made once', () =>
    play({ seed: 'I2a', backing }, async (simulation) => {
      const { a, there } = await working(simulation, { safety: 'never-retry', run: workFor(5_000) })
      a.stop()
      await simulation.until(there.waitFor((state) => state.condition === 'in-doubt'))
      a.continue({ monotonic: 'stood-still' })
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      const done = (await simulation.records('job-1')).find((record) => record.type === 'refold.effect.done')
      expect(done?.metadata).toMatchObject({ refold: { input: { late: true } } })
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('I2 a worker stopped longer than its lease wakes and finishes idempotent work that another one has done: nothing changes', () =>
    play({ seed: 'I2b', backing }, async (simulation) => {
      const { a, there } = await working(simulation, { run: workFor(5_000) })
      a.stop()
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      const { revision } = there.getSnapshot()
      a.continue({ monotonic: 'stood-still' })
      await simulation.advance(20_000)
      const bodies = simulation.effects.began()
      expect(bodies.map(({ author }) => author.process)).toEqual(['a', 'b'])
      expect(new Set(bodies.map(({ key }) => key)).size).toBe(1)
      const after = (await simulation.records('job-1')).slice(Number(revision) + 1)
      for (const record of after) expect(record.metadata).toMatchObject({ refold: { input: { late: true } } })
    }))

  test('I2 a worker stopped longer than its lease wakes and finishes idempotent work that another one is still at: it counts, and the other attempt is aborted', () =>
    play({ seed: 'I2e', backing }, async (simulation) => {
      const { a, there } = await working(simulation, { run: slowOn('b') })
      a.stop()
      await simulation.when(() => simulation.effects.began({ process: 'b' }).length === 1)
      a.continue({ monotonic: 'stood-still' })
      await simulation.until(
        there.waitFor((state) => state.matches('idle')),
        { withinMs: LONG_MS },
      )
      const done = (await simulation.records('job-1')).filter((record) => record.type === 'refold.effect.done')
      expect(done).toMatchObject([{ data: { output: { by: 'a' } }, metadata: { refold: { input: { late: true } } } }])
      await simulation.advance(1_000)
      expect(simulation.effects.log.at(-1)).toMatchObject({ kind: 'ended', result: { error: { name: 'AbortError' } } })
    }))

  test('I2 a worker stopped longer than its lease wakes and does not retry what another one retries', () =>
    play({ seed: 'I2c', backing }, async (simulation) => {
      const { a, here, there } = await working(simulation, { attempts: 3, run: failsOnce })
      await simulation.until(here.waitFor((state) => state.effects[0]?.attempts === 1))
      await sleepsThroughItsLease(simulation, a)
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      expect(simulation.effects.began().map(({ author }) => author.process)).toEqual(['a', 'b'])
    }))

  test('I2 a worker stopped longer than its lease wakes and does not fire the timer that another one fired', () =>
    play({ seed: 'I2d', backing }, async (simulation) => {
      const { a, here, there } = await working(simulation, { run: workFor(10) })
      await simulation.until(here.waitFor((state) => state.matches('idle')))
      a.stop()
      await simulation.until(
        there.waitFor((state) => state.context.reminders === 1),
        { withinMs: 3 * PATIENCE_MS },
      )
      a.continue({ monotonic: 'went-on' })
      await simulation.advance(PATIENCE_MS / 2)
      expect(there.getSnapshot().context.reminders).toBe(1)
      await simulation.until(
        there.waitFor((state) => state.context.reminders === 2),
        { withinMs: 2 * PATIENCE_MS },
      )
    }))

  test('I4 a payment is claimed between the record of its attempt and the call, then decided `again` while the old owner lives: it is made once', () =>
    play({ seed: 'I4', backing }, async (simulation) => {
      const agents = { agents: (effects: ProcessEffects) => [job(effects, { safety: 'never-retry' })] }
      const a = simulation.process('a', agents)
      const b = simulation.process('b', agents)
      const web = simulation.process('web', { ...agents, worker: false })
      await simulation.until(Promise.all([a.start(), b.start(), web.start()]))
      simulation.faults.add({
        process: 'a',
        type: 'refold.effect.started',
        fault: { kind: 'delayed', responseMs: 1_000 },
      })
      await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.when(() =>
        [...simulation.disk.observed.values()].some(({ event }) => event.type === 'refold.effect.started'),
      )
      a.stop()
      const onWeb = await simulation.until(web.attach('job', '1'))
      const onB = await simulation.until(b.attach('job', '1'))
      await simulation.until(onB.waitFor((state) => state.condition === 'in-doubt'))
      const [doubted] = await simulation.until(onWeb.inDoubt())
      const refused = await simulation.until(
        onWeb.resolve(doubted?.effect ?? '', { again: true }).catch((error: unknown) => error),
      )
      expect(refused, 'who has not watched the old owner may not decide').toMatchObject({ code: 'OWNER_MAY_LIVE' })
      await simulation.until(onB.resolve(doubted?.effect ?? '', { again: true, by: 'ana' }))
      a.continue({ monotonic: 'stood-still' })
      await simulation.until(onB.waitFor((state) => state.matches('idle')))
      await simulation.advance(LONG_MS)
      expect(simulation.effects.began().map(({ author }) => author.process)).toEqual(['b'])
    }))

  test('I19 a definite failure of a payment arrives from an older epoch: it counts', () =>
    play({ seed: 'I19a', backing }, async (simulation) => {
      const { a, there } = await working(simulation, { safety: 'never-retry', run: fails })
      a.stop()
      await simulation.until(there.waitFor((state) => state.condition === 'in-doubt'))
      a.continue({ monotonic: 'stood-still' })
      const state = await simulation.until(there.waitFor((state) => state.matches('failed')))
      expect(state.context.error).toBe('card declined')
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('I19 a failure of idempotent work arrives from an older epoch: the newer attempt decides', () =>
    play({ seed: 'I19b', backing }, async (simulation) => {
      const { a, there } = await working(simulation, { run: failsOn('a') })
      a.stop()
      await simulation.when(() => simulation.effects.began({ process: 'b' }).length === 1)
      a.continue({ monotonic: 'stood-still' })
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      expect((await simulation.records('job-1')).map((record) => record.type)).not.toContain('refold.effect.failed')
    }))

  test('I22 the chart leaves a payment in flight, then everything crashes: it is not made again and not forgotten', () =>
    play({ seed: 'I22', backing }, async (simulation) => {
      const { a, b, here } = await working(simulation, { safety: 'never-retry', run: workFor(30_000) })
      await simulation.until(here.send({ type: 'leave' }))
      a.kill()
      b.kill()
      await simulation.until(b.start())
      const agent = await simulation.until(b.attach('job', '1'))
      await simulation.advance(LONG_MS)
      const [left] = await simulation.until(agent.inDoubt())
      expect(left).toMatchObject({ src: SOURCES['never-retry'], abandoned: {} })
      await simulation.until(agent.send({ type: 'finish' }))
      expect(await simulation.until(agent.inDoubt()), 'also of an agent that has ended').toHaveLength(1)
      expect(simulation.effects.began()).toHaveLength(1)
    }))

  test('I22 the outcome of a payment that the chart left is recorded and changes nothing', () =>
    play({ seed: 'I22b', backing }, async (simulation) => {
      const { here } = await working(simulation, { safety: 'never-retry', run: cannotBeCalledBack })
      await simulation.until(here.send({ type: 'leave' }))
      await simulation.advance(10_000)
      expect((await simulation.records('job-1')).at(-1)).toMatchObject({
        type: 'refold.effect.done',
        data: { output: { done: 1 } },
      })
      expect(here.getSnapshot().matches('left')).toBe(true)
      expect(await simulation.until(here.inDoubt())).toEqual([])
    }))

  test('I23 a worker owns an agent that it does not run, as no news of it came through: it notices and runs it', () =>
    play({ seed: 'I23', backing }, async (simulation) => {
      const agents = (effects: ProcessEffects) => [job(effects, { run: workFor(10) })]
      const a = simulation.process('a', { agents })
      const web = simulation.process('web', { agents, worker: false })
      await simulation.until(Promise.all([web.start(), a.start()]))
      await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      const agent = await simulation.until(web.attach('job', '1'))
      await simulation.until(agent.waitFor((state) => state.matches('idle')))
      simulation.faults.deaf.add('a')
      await simulation.until(agent.send({ type: 'again' }))
      await simulation.until(
        agent.waitFor((state) => state.matches('idle') && state.context.visit === 2),
        { withinMs: 120_000 },
      )
      expect(claims(simulation)).toBe(0)
    }))
})

const fails: Work = async ({ sleep }) => {
  await sleep(5_000)
  throw new Error('card declined')
}
const cannotBeCalledBack: Work = async ({ sleepDeaf, perform, input }) => {
  await sleepDeaf(5_000)
  return perform({ done: input.visit })
}
/** No one can call it back on one process, and it takes two minutes on the other. */
function slowOn(process: string): Work {
  return async (args) => {
    if (args.process === process) await args.sleep(120_000)
    else await args.sleepDeaf(5_000)
    return { by: args.process }
  }
}
const failsOnce: Work = async ({ attempt, sleep, perform }) => {
  await sleep(100)
  if (attempt === 1) throw new Error('overloaded')
  return perform('done')
}
function failsOn(process: string): Work {
  return async (args) => {
    await args.sleep(5_000)
    if (args.process === process) throw new Error('overloaded')
    return args.perform('done')
  }
}
