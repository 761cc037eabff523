/** Agents that are started by a message and report their end by one. */
import type { AnyAgent } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { boss, errand } from './correspondents.fixture.js'
import { play } from './play.fixture.js'
import type { Fault } from '../simulation/faults.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

/** Longer than a lease and some heartbeats. */
const LONG_MS = 60_000

function agents(effects: ProcessEffects) {
  const child = errand(effects)
  return [child, boss(child)]
}

async function office(simulation: Simulation): Promise<{ a: SimulatedProcess; b: SimulatedProcess; parent: AnyAgent }> {
  const a = simulation.process('a', { agents })
  const b = simulation.process('b', { agents })
  await simulation.until(Promise.all([a.start(), b.start()]))
  return { a, b, parent: await simulation.until(a.startAgent('boss', { id: '1' })) }
}

async function reports(simulation: Simulation, process: SimulatedProcess) {
  const parent = await simulation.until(process.attach('boss', '1'))
  return parent.getSnapshot().context as { done: string[]; failed: { id: string; code: string }[] }
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('MSG-16 MSG-17 detached children work side by side, and each report comes once', () =>
    play({ seed: 'MSG-16', backing }, async (simulation) => {
      const { a, parent } = await office(simulation)
      for (const id of ['x', 'y', 'z']) await simulation.until(parent.send({ type: 'delegate', id }))
      await simulation.until(parent.waitFor((state) => state.context.done.length === 3))
      await simulation.advance(LONG_MS)
      expect((await reports(simulation, a)).done.toSorted()).toEqual(['x', 'y', 'z'])
      expect(simulation.effects.began()).toHaveLength(3)
      return { allDelivered: true }
    }))

  test('MSG-16 the parent’s owner dies right after the child was started: it is not started again', () =>
    play({ seed: 'MSG-16b', backing }, async (simulation) => {
      const { b, parent } = await office(simulation)
      simulation.faults.add({ process: 'a', target: 'errand-x', fault: { kind: 'crash', when: 'after' } })
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.advance(2 * LONG_MS)
      expect(await reports(simulation, b)).toEqual({ done: ['x'], failed: [] })
      return { allDelivered: true }
    }))

  test.each([
    { name: 'before the report is appended', fault: { kind: 'crash', when: 'before' } as Fault },
    { name: 'after the report is appended', fault: { kind: 'crash', when: 'after' } as Fault },
  ])('I17 MSG-17 a child finishes and its owner dies $name: the parent hears of it once', ({ fault }) =>
    play({ seed: 'I17', backing }, async (simulation) => {
      const { b, parent } = await office(simulation)
      simulation.faults.add({ process: 'a', type: 'errandDone', fault })
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.advance(2 * LONG_MS)
      expect(await reports(simulation, b)).toEqual({ done: ['x'], failed: [] })
      expect((await simulation.records('boss-1')).filter(({ type }) => type === 'errandDone')).toHaveLength(1)
      return { allDelivered: true }
    }),
  )

  test('I17 MSG-17 a child finishes while its owner dies with the record of it: the end and its report are there or not together', () =>
    play({ seed: 'I17c', backing }, async (simulation) => {
      const { b, parent } = await office(simulation)
      simulation.faults.add({ process: 'a', type: 'refold.effect.done', fault: { kind: 'crash', when: 'before' } })
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.advance(2 * LONG_MS)
      expect(await reports(simulation, b)).toEqual({ done: ['x'], failed: [] })
      return { allDelivered: true }
    }))

  test('MSG-16 while an order holds the fleet a child begins paused, and works when the order is taken back', () =>
    play({ seed: 'MSG-16c', backing }, async (simulation) => {
      const { a, parent } = await office(simulation)
      await simulation.until(a.perform((runtime) => runtime.pause({ definition: 'errand', by: 'ana' })))
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.advance(LONG_MS)
      expect(simulation.effects.began()).toHaveLength(0)
      await simulation.until(a.perform((runtime) => runtime.resume({ definition: 'errand', by: 'ana' })))
      await simulation.until(parent.waitFor((state) => state.context.done.length === 1))
      await simulation.advance(LONG_MS)
      return { allDelivered: true }
    }))

  test('MSG-17 a child that is stopped is reported as failed', () =>
    play({ seed: 'MSG-17b', backing }, async (simulation) => {
      const { a, b, parent } = await office(simulation)
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.when(() => simulation.effects.began().length === 1)
      const child = await simulation.until(b.attach('errand', 'x'))
      await simulation.until(child.cancel({ by: 'ana' }))
      await simulation.until(parent.waitFor((state) => state.context.failed.length === 1))
      expect(await reports(simulation, a)).toEqual({ done: [], failed: [{ id: 'x', code: 'NOT_ACTIVE' }] })
      await simulation.advance(LONG_MS)
      return { allDelivered: true }
    }))

  test.each([
    { at: 'errand-x', type: 'refold.cancelled', when: 'before' },
    { at: 'errand-x', type: 'refold.cancelled', when: 'after' },
    { at: 'boss-1', type: 'refold.message.acknowledged', when: 'before' },
    { at: 'boss-1', type: 'refold.message.acknowledged', when: 'after' },
  ] as const)(
    'INT-18 a cancellation of parent and children, and their owner dies $when $type of $at: all are stopped, once',
    (crash) =>
      play({ seed: 'INT-18', backing }, async (simulation) => {
        const { b, parent } = await office(simulation)
        for (const id of ['x', 'y']) await simulation.until(parent.send({ type: 'delegate', id }))
        await simulation.when(() => simulation.effects.began().length === 2)
        const { at: target, type, when } = crash
        simulation.faults.add({ process: 'a', target, type, fault: { kind: 'crash', when } })
        const byOther = await simulation.until(b.attach('boss', '1'))
        await simulation.until(byOther.cancel({ children: 'cancel', by: 'ana' }))
        await simulation.advance(2 * LONG_MS)
        for (const stream of ['boss-1', 'errand-x', 'errand-y']) {
          const types = (await simulation.records(stream)).map((record) => record.type)
          expect(
            types.filter((each) => each === 'refold.cancelled'),
            stream,
          ).toHaveLength(1)
        }
        const after = await simulation.until(b.attach('boss', '1'))
        expect(after.getSnapshot()).toMatchObject({ status: 'stopped', detachedChildren: [] })
        return { allDelivered: true }
      }),
  )

  test('MSG-18 an id that is taken: the child is reported as failed, and the agent of that id is left alone', () =>
    play({ seed: 'MSG-18', backing }, async (simulation) => {
      const { a, b, parent } = await office(simulation)
      await simulation.until(b.startAgent('errand', { id: 'x', input: { agent: 'other', visit: 1 } }))
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.until(parent.waitFor((state) => state.context.failed.length === 1))
      expect(await reports(simulation, a)).toEqual({ done: [], failed: [{ id: 'x', code: 'ID_REUSED' }] })
      await simulation.advance(LONG_MS)
      expect((await simulation.records('errand-x')).map(({ type }) => type)).toEqual([
        'refold.started',
        'refold.effect.done',
      ])
      return { allDelivered: true }
    }))

  test('MSG-18 a child that is not registered where its parent runs is reported as failed', () =>
    play({ seed: 'MSG-18b', backing }, async (simulation) => {
      const a = simulation.process('a', { agents: (effects) => [boss(errand(effects))] })
      await simulation.until(a.start())
      const parent = await simulation.until(a.startAgent('boss', { id: '1' }))
      await simulation.until(parent.send({ type: 'delegate', id: 'x' }))
      await simulation.until(parent.waitFor((state) => state.context.failed.length === 1))
      expect(await reports(simulation, a)).toEqual({ done: [], failed: [{ id: 'x', code: 'UNKNOWN_DEFINITION' }] })
      return { allDelivered: true }
    }))
})
