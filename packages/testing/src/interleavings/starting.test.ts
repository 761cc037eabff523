/** Effects at their beginning, and processes that die of them. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import { keepAlive } from './keep-alive.fixture.js'
import type { WorkInput } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects, SimulatedBody } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

const payment = (effects: ProcessEffects) => [job(effects, { safety: 'never-retry' })]

function started(simulation: Simulation): number {
  return [...simulation.disk.observed.values()].filter(({ event }) => event.type === 'refold.effect.started').length
}

describe.each(BACKINGS)('on $name', ({ backing, slow }) => {
  test('I3 a process without effects starts an agent with a payment: a worker begins it, once, without a doubt', () =>
    play({ seed: 'I3a', backing }, async (simulation) => {
      const web = simulation.process('web', { agents: payment, worker: false })
      const a = simulation.process('a', { agents: payment })
      await simulation.until(Promise.all([web.start(), a.start()]))
      const agent = await simulation.until(web.startAgent('job', { id: '1', input: { agent: '1' } }))
      const state = await simulation.until(
        agent.waitFor((state) => state.matches('idle') || state.condition !== 'running'),
      )
      expect(state.matches('idle')).toBe(true)
      expect(simulation.effects.began().map(({ author }) => author.process)).toEqual(['a'])
    }))

  test('I3 a process without effects starts an agent with a payment and no worker lives: the next one begins it', () =>
    play({ seed: 'I3b', backing }, async (simulation) => {
      const web = simulation.process('web', { agents: payment, worker: false })
      await simulation.until(web.start())
      await simulation.until(web.startAgent('job', { id: '1', input: { agent: '1' } }))
      web.kill()
      const a = simulation.process('a', { agents: payment })
      await simulation.until(a.start())
      const agent = await simulation.until(a.attach('job', '1'))
      const state = await simulation.until(
        agent.waitFor((state) => state.matches('idle') || state.condition !== 'running'),
      )
      expect(state.matches('idle')).toBe(true)
    }))

  test('I3 a worker that dies between its claim and the record of the attempt has begun nothing: the next one begins it', () =>
    play({ seed: 'I3c', backing }, async (simulation) => {
      const web = simulation.process('web', { agents: payment, worker: false })
      const a = simulation.process('a', { agents: payment })
      const b = simulation.process('b', { agents: payment })
      await simulation.until(Promise.all([web.start(), a.start()]))
      simulation.faults.add({ process: 'a', type: 'refold.effect.started', fault: { kind: 'crash', when: 'before' } })
      await simulation.until(web.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.when(() => a.state === 'down')
      await simulation.until(b.start())
      const agent = await simulation.until(b.attach('job', '1'))
      const state = await simulation.until(
        agent.waitFor((state) => state.matches('idle') || state.condition === 'in-doubt'),
      )
      expect(state.matches('idle')).toBe(true)
      expect(started(simulation)).toBe(1)
    }))

  test('I3 a worker that dies between the record of the attempt and its call leaves a doubt, and no one begins it unasked', () =>
    play({ seed: 'I3d', backing }, async (simulation) => {
      const a = simulation.process('a', { agents: payment, machine: 'one' })
      const b = simulation.process('b', { agents: payment, machine: 'one' })
      await simulation.until(Promise.all([a.start(), b.start()]))
      simulation.faults.add({ process: 'a', type: 'refold.effect.started', fault: { kind: 'crash', when: 'after' } })
      const starting = a.startAgent('job', { id: '1', input: { agent: '1' } }).catch((error: unknown) => error)
      await simulation.when(() => a.state === 'down')
      await simulation.until(starting)
      const agent = await simulation.until(b.attach('job', '1'))
      await simulation.until(agent.waitFor((state) => state.condition === 'in-doubt'))
      await simulation.advance(60_000)
      expect(simulation.effects.began()).toHaveLength(0)
      const [doubted] = await simulation.until(agent.inDoubt())
      await simulation.until(agent.resolve(doubted?.effect ?? '', { complete: { done: 'by hand' }, by: 'ana' }))
      expect(agent.getSnapshot().context.result).toEqual({ done: 'by hand' })
    }))

  test(`I5 OWN-11 a body that kills its process, beside ${slow ? 'a hundred' : 'a thousand'} healthy agents: they end, it alone is blocked`, () =>
    play({ seed: 'I5', backing }, async (simulation) => {
      const a = simulation.process('a', { agents: (effects) => [job(effects, { run: poisonous })], machine: 'one' })
      await simulation.until(a.start())
      const ids = Array.from({ length: slow ? 100 : 1_000 }, (_, index) => String(index))
      const starts = [...ids.slice(0, 50), 'poison', ...ids.slice(50)].map((id) =>
        a.startAgent('job', { id, input: { agent: id } }).catch(() => undefined),
      )
      await keepAlive(simulation, a)
      await simulation.until(Promise.all(starts))
      const missing = await simulation.until(
        Promise.all(ids.map((id) => a.startAgent('job', { id, input: { agent: id } }))),
      )
      await simulation.until(Promise.all(missing.map((agent) => agent.waitFor((state) => state.matches('idle')))))
      const poison = await simulation.until(a.startAgent('job', { id: 'poison', input: { agent: 'poison' } }))
      await simulation.until(poison.waitFor((state) => state.condition === 'blocked'))
      expect(a.state).toBe('running')
      const entry = await (await simulation.disk.admin()).directory.get('job-poison')
      expect(entry?.condition).toBe('blocked')
      const others = simulation.effects.began().filter(({ input }) => (input as { agent: string }).agent !== 'poison')
      expect(new Set(others.map(({ key }) => key)).size).toBe(ids.length)
    }))
})

const poisonous: SimulatedBody<WorkInput, unknown> = async (args) => {
  await args.sleep(20)
  if (args.input.agent !== 'poison') return workFor(20)(args)
  args.killProcess()
  return undefined
}
