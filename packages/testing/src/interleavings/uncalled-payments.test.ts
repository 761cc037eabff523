/** A payment is recorded as begun, and the lease of its worker lapses before its body is called. */
import type { AnyAgent } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { FaultRule } from '../simulation/faults.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

/** Longer than the lease: the answer to the record comes when no heartbeat has reached the store for so long. */
const ANSWER_MS = 14_000
const FAULTS: readonly FaultRule[] = [
  { process: 'a', target: 'job-1', type: 'refold.effect.started', fault: { kind: 'delayed', responseMs: ANSWER_MS } },
  { process: 'a', operation: 'put', nth: 2, times: 100, fault: { kind: 'rejected' } },
]

/** `a` waits for its lease with a payment that it has recorded as begun. `client` performs nothing. */
async function waiting(simulation: Simulation) {
  const agents = (effects: ProcessEffects) => [job(effects, { safety: 'never-retry', run: workFor(1_000) })]
  const a = simulation.process('a', { agents })
  const b = simulation.process('b', { agents })
  const client = simulation.process('client', { agents, worker: false })
  await simulation.until(Promise.all([a.start(), client.start()]))
  await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
  await simulation.advance(ANSWER_MS + 500)
  expect(await typesOf(simulation)).toEqual(['refold.started', 'refold.effect.started'])
  return { a, b, agent: await simulation.until(client.attach('job', '1')) }
}

async function typesOf(simulation: Simulation): Promise<readonly string[]> {
  return (await simulation.records('job-1')).map(({ type }) => type)
}

async function paidOnce(simulation: Simulation, agent: AnyAgent): Promise<void> {
  await simulation.until(agent.waitFor((state) => state.matches('idle')))
  expect(simulation.effects.began()).toMatchObject([{ attempt: 1 }])
  expect(await typesOf(simulation)).not.toContain('refold.effect.doubted')
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('EFF-343 a drain hands it over without a doubt, and another worker begins it', () =>
    play({ seed: 'EFF-343a', backing, faults: FAULTS }, async (simulation) => {
      const { a, b, agent } = await waiting(simulation)
      expect(await simulation.until(a.drain({ by: 'ana' }))).toEqual({ released: 1, inDoubt: 0 })
      await simulation.until(b.start())
      await paidOnce(simulation, agent)
    }))

  test('EFF-343 the end of its worker in good order leaves no doubt', () =>
    play({ seed: 'EFF-343b', backing, faults: FAULTS }, async (simulation) => {
      const { a, b, agent } = await waiting(simulation)
      await simulation.until(a.close())
      await simulation.until(b.start())
      await paidOnce(simulation, agent)
    }))

  test('EFF-343 it begins when the agent is resumed after a pause', () =>
    play({ seed: 'EFF-343c', backing, faults: FAULTS }, async (simulation) => {
      const { agent } = await waiting(simulation)
      await simulation.until(agent.pause({ by: 'ana' }))
      await simulation.advance(1_000)
      simulation.faults.heal()
      await simulation.until(agent.resume({ by: 'ana' }))
      await paidOnce(simulation, agent)
    }))

  test('EFF-343 it is not abandoned when the chart leaves it', () =>
    play({ seed: 'EFF-343d', backing, faults: FAULTS }, async (simulation) => {
      const { agent } = await waiting(simulation)
      await simulation.until(agent.send({ type: 'leave' }))
      await simulation.until(agent.waitFor(({ effects }) => effects.length === 0))
      await simulation.advance(ANSWER_MS)
      expect(await simulation.until(agent.inDoubt())).toEqual([])
      expect(simulation.effects.began()).toEqual([])
    }))
})
