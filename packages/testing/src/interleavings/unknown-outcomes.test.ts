/** Appends of which no one knows what became, and outcomes that cannot be stored. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import type { JobOptions } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { Fault } from '../simulation/faults.js'

const UNKNOWN: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: 'lost', fault: { kind: 'unknown', stored: false } },
  { name: 'stored', fault: { kind: 'unknown', stored: true } },
  { name: 'stored later', fault: { kind: 'unknown', storedAfterMs: 700 } },
]

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test.each(UNKNOWN)(
    'I12 an outcome arrives while the append of another input is unknown and in truth $name: both are stored once',
    ({ fault }) =>
      play({ seed: 'I12', backing }, async (simulation) => {
        const a = simulation.process('a', { agents: (effects) => [job(effects, { run: workFor(1_000) })] })
        await simulation.until(a.start())
        const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
        await simulation.when(() => simulation.effects.began().length === 1)
        simulation.faults.add({ process: 'a', target: 'job-1', times: 6, fault })
        await simulation.advance(950)
        const note = agent.send({ type: 'note', text: 'n-1' })
        await simulation.until(Promise.all([note, agent.waitFor((state) => state.matches('idle'))]))
        const types = (await simulation.records('job-1')).map((record) => record.type)
        expect(types.filter((type) => type === 'note' || type === 'refold.effect.done').toSorted()).toEqual([
          'note',
          'refold.effect.done',
        ])
        expect(simulation.effects.began()).toHaveLength(1)
      }),
  )

  test('I12 unknown, then rejected: what may be stored is not taken for lost', () =>
    play({ seed: 'I12r', backing }, async (simulation) => {
      const a = simulation.process('a', { agents: (effects) => [job(effects, { run: workFor(10) })] })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.until(agent.waitFor((state) => state.matches('idle')))
      simulation.faults.add(
        { process: 'a', type: 'note', nth: 1, fault: { kind: 'unknown', stored: true } },
        { process: 'a', type: 'note', nth: 2, fault: { kind: 'rejected' } },
      )
      const told = await simulation.until(
        agent.send({ type: 'note', text: 'n-1' }).then(
          () => 'accepted' as const,
          () => 'refused' as const,
        ),
      )
      return { sent: [{ stream: 'job-1', type: 'note', nonce: 'n-1', told }] }
    }))

  test.each(UNKNOWN)(
    'I13 COMMIT fails for a group of fifty agents, each in truth $name: nothing is lost and nothing is done twice',
    ({ fault }) =>
      play({ seed: 'I13', backing, weather: { delayMs: [0, 0] } }, async (simulation) => {
        const a = simulation.process('a', { agents: (effects) => [job(effects, { run: workFor(1_000) })] })
        await simulation.until(a.start())
        const ids = Array.from({ length: 50 }, (_, index) => String(index))
        const agents = await simulation.until(
          Promise.all(ids.map((id) => a.startAgent('job', { id, input: { agent: id } }))),
        )
        await simulation.when(() => simulation.effects.began().length === ids.length)
        simulation.faults.add({ process: 'a', type: 'refold.effect.done', times: 3 * ids.length, fault })
        await simulation.until(Promise.all(agents.map((agent) => agent.waitFor((state) => state.matches('idle')))))
        const done = [...simulation.disk.observed.values()].filter(({ event }) => event.type === 'refold.effect.done')
        expect(new Set(done.map(({ event }) => event.stream)).size).toBe(ids.length)
        expect(done).toHaveLength(ids.length)
        expect(simulation.effects.began()).toHaveLength(ids.length)
      }),
  )

  test.each([
    { name: 'is not JSON', run: (): unknown => ({ cents: 10n }) },
    { name: 'fails its schema', output: z.object({ receipt: z.string() }), run: (): unknown => ({ receipt: 3 }) },
    { name: 'is too large', run: (): unknown => 'x'.repeat(17 * 1024 * 1024) },
  ])('I15 an outcome that $name is a failure that is never tried again', ({ run, output }) =>
    play({ seed: 'I15', backing }, async (simulation) => {
      const options: JobOptions = { attempts: 5, run, ...(output === undefined ? undefined : { output }) }
      const a = simulation.process('a', { agents: (effects) => [job(effects, options)] })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.until(agent.waitFor((state) => state.matches('failed')))
      a.kill()
      await simulation.until(a.start())
      await simulation.advance(60_000)
      const failed = (await simulation.records('job-1')).filter((record) => record.type === 'refold.effect.failed')
      expect(failed).toMatchObject([{ data: { error: { code: 'OUTCOME_UNSTORABLE' } } }])
      expect(simulation.effects.began()).toHaveLength(1)
    }),
  )
})
