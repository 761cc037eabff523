/** Forks, and what may come between. */
import type { AnyAgent } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import type { JobOptions } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { Fault } from '../simulation/faults.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import type { Simulation } from '../simulation/simulation.js'

const jobs = (options: JobOptions = {}) => ({
  agents: (effects: ProcessEffects) => [job(effects, { run: workFor(5_000), ...options })],
})

const REQUEST = { as: '2', event: { type: 'note', text: 'otherwise' }, by: 'ana' } as const

function fork(process: SimulatedProcess): Promise<AnyAgent> {
  return process.perform((runtime) => runtime.fork(process.definition('job'), '1', REQUEST) as Promise<AnyAgent>)
}

/** A worker `a` is at work on job-1, and `web` is there to fork it. */
async function atWork(simulation: Simulation, options?: JobOptions) {
  const [a, web] = [
    simulation.process('a', jobs(options)),
    simulation.process('web', { ...jobs(options), worker: false }),
  ]
  await simulation.until(Promise.all([a.start(), web.start()]))
  const origin = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
  await simulation.when(() => simulation.effects.began().length === 1)
  return { a, web, origin }
}

async function typesOf(simulation: Simulation, stream: string) {
  return (await simulation.records(stream)).map(({ type }) => type)
}

const CRASHES: readonly { readonly name: string; readonly fault: Fault; readonly isThere: boolean }[] = [
  { name: 'before its append', fault: { kind: 'crash', when: 'before' }, isThere: false },
  { name: 'after its append', fault: { kind: 'crash', when: 'after' }, isThere: true },
]
const UNKNOWN: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: 'lost', fault: { kind: 'unknown', stored: false } },
  { name: 'stored', fault: { kind: 'unknown', stored: true } },
  { name: 'stored later', fault: { kind: 'unknown', storedAfterMs: 700 } },
]

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test.each(CRASHES)(
    'I11 FRK-15 a process that dies $name leaves none or the whole, and the same request makes or finds it',
    ({ fault, isThere }) =>
      play({ seed: 'I11a', backing }, async (simulation) => {
        const { web, origin } = await atWork(simulation)
        simulation.faults.add({ process: 'web', target: 'job-2', fault })
        const forking = fork(web).catch((error: unknown) => error)
        await simulation.when(() => web.state === 'down')
        await simulation.until(forking)
        expect(await typesOf(simulation, 'job-2')).toEqual(isThere ? ['refold.forked', 'note'] : [])
        await simulation.until(web.start())
        const forked = await simulation.until(fork(web))
        expect(await typesOf(simulation, 'job-2')).toEqual(['refold.forked', 'note'])
        await simulation.until(Promise.all([forked.resume(), origin.waitFor((state) => state.matches('idle'))]))
        await simulation.until(forked.waitFor((state) => state.matches('idle')))
        const keys = simulation.effects.began().map(({ key }) => key)
        expect(new Set(keys).size).toBe(2)
        expect(keys).toHaveLength(2)
      }),
  )

  test.each(UNKNOWN)('I11 FRK-15 an append of which no one knows, in truth $name, is one whole fork', ({ fault }) =>
    play({ seed: 'I11u', backing }, async (simulation) => {
      const { web } = await atWork(simulation)
      simulation.faults.add({ process: 'web', target: 'job-2', times: 3, fault })
      await simulation.until(fork(web))
      expect(await typesOf(simulation, 'job-2')).toEqual(['refold.forked', 'note'])
    }),
  )

  test('I11 a stranger writes to the stream of the fork first: it is whole behind that, and found again', () =>
    play({ seed: 'I11s', backing }, async (simulation) => {
      const { web } = await atWork(simulation)
      simulation.faults.add({ process: 'web', target: 'job-2', fault: { kind: 'stranger', type: 'theirs' } })
      const forked = await simulation.until(fork(web))
      await simulation.until(fork(web))
      expect(await typesOf(simulation, 'job-2')).toEqual(['theirs', 'refold.forked', 'note'])
      await simulation.until(forked.resume())
      await simulation.until(forked.waitFor((state) => state.matches('idle')))
    }))

  test('I11 FRK-14 two processes make the same fork at once, and one of them dies: there is one', () =>
    play({ seed: 'I11t', backing }, async (simulation) => {
      const { a, web } = await atWork(simulation)
      simulation.faults.add({ process: 'web', target: 'job-2', fault: { kind: 'crash', when: 'after' } })
      const both = Promise.allSettled([fork(web), fork(a)])
      await simulation.until(both)
      expect(await typesOf(simulation, 'job-2')).toEqual(['refold.forked', 'note'])
      await simulation.until(fork(a))
      await simulation.advance(60_000)
      expect(simulation.effects.began()).toHaveLength(1) // it is paused
    }))

  test('I11 FRK-5 a payment in flight is made by its origin alone, whatever dies, until a person says so', () =>
    play({ seed: 'I11p', backing }, async (simulation) => {
      const { a, web, origin } = await atWork(simulation, { safety: 'never-retry' })
      const forked = await simulation.until(fork(web))
      await simulation.until(forked.resume())
      a.kill()
      const b = simulation.process('b', jobs({ safety: 'never-retry' }))
      await simulation.until(b.start())
      await simulation.advance(60_000)
      expect(simulation.effects.began()).toHaveLength(1)
      const there = await simulation.until(b.attach('job', '2'))
      const [doubt] = await simulation.until(there.inDoubt())
      expect(doubt?.inDoubt?.why).toBe('forked')
      await simulation.until(there.resolve(doubt?.effect ?? '', { again: true, by: 'ana' }))
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      expect(simulation.effects.began()).toHaveLength(2)
      expect(origin.id).toBe('1')
    }))

  test('I11 FRK-4 a worker dies while it performs a fork: the next one goes on with the key of the fork', () =>
    play({ seed: 'I11w', backing }, async (simulation) => {
      const { a, web } = await atWork(simulation)
      const forked = await simulation.until(fork(web))
      await simulation.until(forked.resume())
      await simulation.when(() => simulation.effects.began().length === 2)
      a.kill()
      const b = simulation.process('b', jobs())
      await simulation.until(b.start())
      const there = await simulation.until(b.attach('job', '2'))
      await simulation.until(there.waitFor((state) => state.matches('idle')))
      await simulation.advance(60_000)
      expect(new Set(simulation.effects.began().map(({ key }) => key)).size).toBe(2)
    }))
})
