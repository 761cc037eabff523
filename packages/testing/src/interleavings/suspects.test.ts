/** Agents whose workers die: who is tried, how long, and who is let go. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import type { JobOptions, WorkInput } from './job.fixture.js'
import { keepAlive } from './keep-alive.fixture.js'
import { play } from './play.fixture.js'
import type { SimulatedBody } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

/** Two owner deaths make a suspect. */
const DEATHS = 2
const SECOND = 1_000

async function worker(simulation: Simulation, options: JobOptions) {
  const a = simulation.process('a', { agents: (effects) => [job(effects, options)], machine: 'one' })
  await simulation.until(a.start())
  const restart = async () => {
    a.kill()
    await simulation.until(a.start())
  }
  const start = (id: string) => a.startAgent('job', { id, input: { agent: id } })
  return { a, restart, start }
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('OWN-12 hundreds of agents with long work go on within a minute after their workers died again and again', () =>
    play({ seed: 'OWN-12', backing }, async (simulation) => {
      const { a, restart, start } = await worker(simulation, { run: workFor(3_600 * SECOND) })
      const ids = Array.from({ length: 300 }, (_, index) => String(index))
      await simulation.until(Promise.all(ids.map(start)))
      for (let deaths = 0; deaths < DEATHS; deaths++) {
        await simulation.advance(SECOND)
        await restart()
      }
      await simulation.advance(60 * SECOND)
      const begun = simulation.effects.began().filter(({ author }) => author.incarnation === DEATHS + 1)
      expect(new Set(begun.map(({ key }) => key)).size).toBe(ids.length)
      a.kill()
    }))

  test('OWN-13 an agent with long work is not blocked because its workers die of something else', () =>
    play({ seed: 'OWN-13a', backing }, async (simulation) => {
      const { a, restart, start } = await worker(simulation, { run: workFor(100 * SECOND) })
      await simulation.until(start('1'))
      for (let deaths = 0; deaths < 10; deaths++) {
        await simulation.advance(70 * SECOND)
        await restart()
      }
      const agent = await simulation.until(a.attach('job', '1'))
      await simulation.until(agent.waitFor((state) => state.matches('idle') || state.condition === 'blocked'))
      expect(agent.getSnapshot().condition).toBe('running')
      const types = [...simulation.disk.observed.values()].map(({ event }) => event.type)
      expect(types.filter((type) => type === 'refold.cleared')).toHaveLength(10 - DEATHS)
    }))

  test('OWN-13 a poison that takes longer than a probation is found, for the probations become longer', () =>
    play({ seed: 'OWN-13b', backing }, async (simulation) => {
      const { a, start } = await worker(simulation, { run: slowPoison })
      await simulation.until(Promise.all(['1', '2', 'poison'].map(start)))
      await keepAlive(simulation, a)
      const poison = await simulation.until(a.attach('job', 'poison'))
      expect(poison.getSnapshot().condition).toBe('blocked')
      expect((await simulation.until(a.attach('job', '1'))).getSnapshot().condition).not.toBe('blocked')
    }))
})

const slowPoison: SimulatedBody<WorkInput, unknown> = async (args) => {
  if (args.input.agent !== 'poison') return workFor(300 * SECOND)(args)
  await args.sleep(5 * SECOND)
  args.killProcess()
  return undefined
}
