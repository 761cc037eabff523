/** Reading and time travel. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { assign, emit, setup } from 'xstate'
import { play, rejection } from './scenes/play.js'
import { applyAll } from './record-format/reference-fold.js'

const machine = setup({
  types: {
    context: {} as { notes: string[] },
    events: {} as { type: 'note'; text: string } | { type: 'close' },
    emitted: {} as { type: 'noted'; text: string },
  },
}).createMachine({
  context: { notes: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        note: {
          actions: [
            assign({ notes: ({ context, event }) => [...context.notes, event.text] }),
            emit(({ event }) => ({ type: 'noted' as const, text: event.text })),
          ],
        },
        close: 'closed',
      },
    },
    closed: { type: 'final' },
  },
})
const book = defineAgent({ name: 'book', version: 1, machine })

interface Written {
  readonly a: SimulatedProcess
  readonly agent: AnyAgent
}

/** An agent with the notes `x`, `y` and `z`, a second apart. */
async function written(simulation: Simulation): Promise<Written> {
  const a = simulation.process('a', { agents: () => [book] })
  await simulation.until(a.start())
  const agent = await simulation.until(a.startAgent('book', { id: '1' }))
  for (const text of ['x', 'y', 'z']) {
    await simulation.advance(1_000)
    await simulation.until(agent.send({ type: 'note', text }))
  }
  return { a, agent }
}

describe('reading', () => {
  test('HIS-1 the records from any revision on, then the live ones: no gap, no duplicate', () =>
    play('HIS-1', async (simulation) => {
      const { agent } = await written(simulation)
      const seen: (readonly bigint[])[] = []
      for (const from of [0n, 2n, 4n]) {
        const revisions: bigint[] = []
        seen.push(revisions)
        agent.eventsFrom(from as never).subscribe(({ revision }) => revisions.push(revision))
      }
      await simulation.until(agent.send({ type: 'note', text: 'live' }))
      await simulation.until(agent.send({ type: 'close' }))
      await simulation.advance(1_000)
      expect(seen).toEqual([
        [0n, 1n, 2n, 3n, 4n, 5n],
        [2n, 3n, 4n, 5n],
        [4n, 5n],
      ])
    }))

  test('HIS-1 events$ gives the records from now on', () =>
    play('HIS-1 now', async (simulation) => {
      const { agent } = await written(simulation)
      const seen: unknown[] = []
      agent.events$.subscribe(({ type, data }) => seen.push([type, data]))
      await simulation.until(agent.send({ type: 'note', text: 'live' }))
      await simulation.advance(1_000)
      expect(seen).toEqual([['note', { text: 'live' }]])
    }))

  test('HIS-2 state$ gives the newest state first and later ones when their record is stored', () =>
    play('HIS-2', async (simulation) => {
      const { agent } = await written(simulation)
      const seen: bigint[] = []
      agent.state$.subscribe(({ revision }) => seen.push(revision))
      await simulation.advance(100)
      expect(seen).toEqual([3n])
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 500 } })
      const sent = agent.send({ type: 'note', text: 'live' })
      await simulation.advance(400)
      expect(seen).toEqual([3n])
      await simulation.until(sent)
      expect(seen).toEqual([3n, 4n])
    }))

  test('HIS-2 state$ gives what another process appended', () =>
    play('HIS-2 other', async (simulation) => {
      const { a } = await written(simulation)
      const b = simulation.process('b', { agents: () => [book], worker: false })
      await simulation.until(b.start())
      const there = await simulation.until(b.attach('book', '1'))
      const seen: unknown[] = []
      there.state$.subscribe(({ context }) => seen.push(context.notes.at(-1)))
      const here = await simulation.until(a.attach('book', '1'))
      await simulation.until(here.send({ type: 'note', text: 'mine' }))
      await simulation.advance(10_000)
      expect(seen).toEqual(['z', 'mine'])
    }))

  test('HIS-7 what the machine emits is read from the stream, in order, after the append', () =>
    play('HIS-7', async (simulation) => {
      const { agent } = await written(simulation)
      const seen: unknown[] = []
      agent.on('noted', (emitted: unknown) => seen.push(emitted))
      for (const text of ['1', '2']) await simulation.until(agent.send({ type: 'note', text }))
      await simulation.advance(1_000)
      expect(seen).toEqual([
        { type: 'noted', text: '1' },
        { type: 'noted', text: '2' },
      ])
    }))
})

describe('time travel', () => {
  test('HIS-3 the state at each revision is what it was then', () =>
    play('HIS-3', async (simulation) => {
      const { agent } = await written(simulation)
      const states = await simulation.until(
        Promise.all([0n, 1n, 2n, 3n].map((revision) => agent.stateAt(revision as never))),
      )
      expect(states.map(({ context }) => context.notes)).toEqual([[], ['x'], ['x', 'y'], ['x', 'y', 'z']])
      expect(states.map(({ revision }) => revision)).toEqual([0n, 1n, 2n, 3n])
    }))

  test('HIS-3 a revision that the agent has not reached is refused', () =>
    play('HIS-3 beyond', async (simulation) => {
      const { agent } = await written(simulation)
      expect(await simulation.until(rejection(agent.stateAt(4n as never)))).toMatchObject({ code: 'NOT_FOUND' })
    }))

  test('HIS-4 the state at a time is that after the last record at or before it', () =>
    play('HIS-4', async (simulation) => {
      const { agent } = await written(simulation)
      const times = (await simulation.records('book-1')).map(
        ({ metadata }) => (metadata as { refold: { at: number } }).refold.at,
      )
      const at = async (time: number): Promise<unknown> =>
        (await simulation.until(agent.stateAt({ at: time }))).context.notes
      expect(await at(times[2] ?? 0)).toEqual(['x', 'y'])
      expect(await at((times[2] ?? 0) + 500)).toEqual(['x', 'y'])
      expect(await at((times[2] ?? 0) - 1)).toEqual(['x'])
      expect(await simulation.until(rejection(agent.stateAt({ at: (times[0] ?? 0) - 1 })))).toMatchObject({
        code: 'NOT_FOUND',
      })
    }))

  test.each([
    [1n, 3n],
    [3n, 1n],
    [2n, 2n],
  ])('HIS-5 the difference from revision %s to %s leads from the one state to the other', (from, to) =>
    play('HIS-5', async (simulation) => {
      const { agent } = await written(simulation)
      const patch = await simulation.until(agent.diff(from as never, to as never))
      const [before, after] = await simulation.until(
        Promise.all([from, to].map((revision) => agent.stateAt(revision as never))),
      )
      const changed = applyAll({ root: { context: before?.context } }, patch) as { root: { context: unknown } }
      expect(changed.root.context).toEqual(after?.context)
    }),
  )

  test('HIS-6 reading appends nothing, to this stream or any other', () =>
    play('HIS-6', async (simulation) => {
      const { agent } = await written(simulation)
      const before = await simulation.disk.readAll()
      await simulation.until(readAllOf(agent))
      await simulation.until(Promise.all([agent.legalEvents(), agent.can({ type: 'close' }), agent.inDoubt()]))
      await simulation.advance(10_000)
      expect(await simulation.disk.readAll()).toEqual(before)
    }))

  test('HIS-6 reading needs no machine: it gives the same where the machine has become another, and what it is made of throws', () =>
    play('HIS-6 no machine', async (simulation) => {
      const { a, agent } = await written(simulation)
      const expected = await simulation.until(readAllOf(agent))
      expect(expected.notes).toEqual([[], ['x'], ['x', 'y'], ['x', 'y', 'z']])
      expect(expected.events).toEqual(['refold.started', 'note', 'note', 'note'])
      a.kill()
      const before = await simulation.disk.readAll()
      const b = simulation.process('b', { agents: () => [unrelated] })
      await simulation.until(b.start())
      const there = await simulation.until(b.attach('book', '1'))
      expect(await simulation.until(readAllOf(there))).toEqual(expected)
      await simulation.advance(60_000)
      expect(await simulation.disk.readAll()).toEqual(before)
    }))
})

/** Every way to read a history. */
async function readAllOf(agent: AnyAgent) {
  const revisions = [0n, 1n, 2n, 3n]
  const states = await Promise.all(revisions.map((revision) => agent.stateAt(revision as never)))
  const events: string[] = []
  await new Promise<void>((resolve) =>
    agent.eventsFrom(0n as never).subscribe(({ type }) => {
      if (events.push(type) === revisions.length) resolve()
    }),
  )
  return {
    notes: states.map(({ context }) => context.notes as readonly string[]),
    values: states.map(({ value }) => value),
    last: (await agent.stateAt({ at: Number.MAX_SAFE_INTEGER / 2 })).context,
    changed: await agent.diff(0n as never, 3n as never),
    events,
  }
}

/** Has the book's name, and nothing of its machine: no state, no event, and a guard and a context that throw. */
const unrelated = defineAgent({
  name: 'book',
  version: 1,
  machine: setup({ types: { context: {} as { pages: number } } }).createMachine({
    context: () => fail('a context'),
    initial: 'shelved',
    states: {
      shelved: { always: { guard: () => fail('a guard'), target: 'lent' }, exit: () => fail('an exit') },
      lent: {},
    },
  }),
})

function fail(what: string): never {
  throw new Error(`${what} was run`)
}
