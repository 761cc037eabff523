/** Commands of people, while processes die and several see the same moment. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

const agents = (effects: ProcessEffects) => [job(effects)]

/** Waits for a person; may be cancelled, and then tidies up for as long as it is let. */
function question() {
  const machine = setup({
    types: {
      context: {} as { notes: number },
      events: {} as { type: 'approve' } | { type: 'note' } | { type: 'refold.cancel' },
    },
  }).createMachine({
    context: { notes: 0 },
    initial: 'asking',
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
    states: {
      asking: { on: { approve: 'approved', 'refold.cancel': 'tidying' } },
      approved: { type: 'final' },
      tidying: {},
    },
  })
  return defineAgent({ name: 'question', version: 1, machine, approvals: { approve: () => 'yes?' } })
}

async function typesOf(simulation: Simulation, stream: string): Promise<readonly string[]> {
  return (await simulation.records(stream)).map(({ type }) => type)
}

async function asked(simulation: Simulation) {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => simulation.process(name, { agents: () => [question()] }))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three processes')
  await simulation.until(Promise.all([a.start(), b.start(), c.start()]))
  const here = await simulation.until(a.startAgent('question', { id: '1' }))
  const there = await simulation.until(b.attach('question', '1'))
  return { a, b, c, here, there }
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('INT-5 of three workers that see a deadline pass at the same moment one carries it out, the owner dead or not', () =>
    play({ seed: 'INT-5', backing }, async (simulation) => {
      const { a, c, here, there } = await asked(simulation)
      await simulation.until(here.cancel({ by: 'ana', deadlineMs: 60_000 }))
      await simulation.advance(30_000)
      a.kill()
      await simulation.advance(40_000)
      expect(await typesOf(simulation, 'question-1')).toEqual(['refold.started', 'refold.cancel', 'refold.cancelled'])
      expect(there.getSnapshot().status).toBe('stopped')
      const second = await simulation.until(c.startAgent('question', { id: '2' }))
      await simulation.until(second.cancel({ by: 'ana', deadlineMs: 5_000 }))
      await simulation.advance(10_000)
      expect((await typesOf(simulation, 'question-2')).slice(1)).toEqual(['refold.cancel', 'refold.cancelled'])
    }))

  test('INT-5 a deadline that passes while no process lives is carried out by the first that starts', () =>
    play({ seed: 'INT-5b', backing }, async (simulation) => {
      const { a, b, c, here } = await asked(simulation)
      await simulation.until(here.cancel({ by: 'ana', deadlineMs: 60_000 }))
      for (const process of [a, b, c]) process.kill()
      await simulation.advance(600_000)
      await simulation.until(c.start())
      await simulation.advance(1_000)
      const last = (await simulation.records('question-1')).at(-1)
      expect(last).toMatchObject({ type: 'refold.cancelled', metadata: { refold: { by: 'ana' } } })
    }))

  test('INT-9 INT-10 of two answers at once in two processes one is taken, and the other is stale', () =>
    play({ seed: 'INT-9', backing }, async (simulation) => {
      const { here, there } = await asked(simulation)
      const approval = await simulation.until(here.approval('approve'))
      const answer = (agent: AnyAgent, by: string): Promise<unknown> =>
        agent.send({ type: 'approve' }, { by, approval }).catch((error: unknown) => error)
      const ends = await simulation.until(Promise.all([answer(here, 'ana'), answer(there, 'bo')]))
      const codes = ends.map((end) => (end as { code?: string }).code ?? 'taken')
      expect(codes.toSorted()).toEqual([expect.stringMatching(/STALE_APPROVAL|NOT_ACTIVE/), 'taken'])
      expect(await typesOf(simulation, 'question-1')).toEqual(['refold.started', 'approve'])
    }))

  test('INT-13 INT-14 a process that dies in the middle of its order has left the order: what is started is held, and a repeat completes it', () =>
    play({ seed: 'INT-13', backing }, async (simulation) => {
      const a = simulation.process('a', { agents })
      const b = simulation.process('b', { agents })
      await simulation.until(Promise.all([a.start(), b.start()]))
      for (let id = 1; id <= 8; id++)
        await simulation.until(b.startAgent('job', { id: String(id), input: { agent: String(id) } }))
      const order = a.perform((runtime) => runtime.pause({ by: 'ana', reason: 'maintenance' })).catch(() => undefined)
      await simulation.when(() =>
        [...simulation.disk.observed.values()].some(({ event }) => event.type === 'refold.paused'),
      )
      a.kill()
      await order
      await simulation.advance(5_000)
      const late = await simulation.until(b.startAgent('job', { id: 'late', input: { agent: 'late' } }))
      expect(late.getSnapshot()).toMatchObject({ condition: 'paused', revision: 0n })
      const repeated = await simulation.until(b.perform((runtime) => runtime.pause({ by: 'bo' })))
      expect(repeated.failed).toEqual([])
      const paused = await simulation.until(b.perform((runtime) => runtime.find({ condition: 'paused' })))
      expect(paused).toHaveLength(9)
      expect(await simulation.until(b.perform((runtime) => runtime.resume({ by: 'bo' })))).toEqual({
        count: 9,
        failed: [],
      })
      await simulation.until(late.waitFor((state) => state.matches('idle')))
    }))

  test('INT-14 an order and starts that race for it: in the end every agent is paused', () =>
    play({ seed: 'INT-14', backing }, async (simulation) => {
      const a = simulation.process('a', { agents })
      const b = simulation.process('b', { agents })
      const web = simulation.process('web', { agents, worker: false })
      await simulation.until(Promise.all([a.start(), b.start(), web.start()]))
      simulation.faults.deaf.add('b')
      simulation.faults.deaf.add('web')
      const ids = Array.from({ length: 24 }, (_, index) => String(index))
      const starting = ids.map(async (id, index) => {
        await new Promise<void>((resolve) => simulation.time.after(index * 3, resolve))
        return (index % 2 === 0 ? b : web).startAgent('job', { id, input: { agent: id } })
      })
      const order = a.perform((runtime) => runtime.pause({ by: 'ana' }))
      await simulation.until(Promise.all([...starting, order]))
      await simulation.advance(60_000)
      const found = await simulation.until(a.perform((runtime) => runtime.find({ definition: 'job' as never })))
      expect(found.map(({ condition, status }) => `${status} ${condition}`)).toEqual(ids.map(() => 'active paused'))
    }))
})
