/** Starting and sending, seen by callers. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { play, rejection } from './scenes/play.js'

const DAY_MS = 86_400_000

const machine = setup({
  types: {
    input: {} as { owner: string },
    context: {} as { owner: string; notes: string[] },
    events: {} as { type: 'note'; text: string } | { type: 'close' } | { type: 'break' },
    output: {} as number,
  },
}).createMachine({
  context: ({ input }) => ({ owner: input.owner, notes: [] }),
  initial: 'open',
  states: {
    open: {
      on: {
        note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) },
        close: 'closed',
        break: {
          actions: assign(() => {
            throw new TypeError('the chart is wrong')
          }),
        },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => context.notes.length,
})

const book = defineAgent({
  name: 'book',
  version: 1,
  machine,
  input: z.object({ owner: z.string() }),
  dedup: { maxCount: 2, maxAgeMs: DAY_MS },
})

interface Opened {
  readonly a: SimulatedProcess
  readonly agent: AnyAgent
}

async function opened(simulation: Simulation): Promise<Opened> {
  const a = simulation.process('a', { agents: () => [book] })
  await simulation.until(a.start())
  return { a, agent: await simulation.until(a.startAgent('book', { id: '1', input: { owner: 'ana' } })) }
}

async function types(simulation: Simulation): Promise<readonly string[]> {
  return (await simulation.records('book-1')).map(({ type }) => type)
}

describe('sending', () => {
  test('SND-1 a send resolves to the state after the event, when its record is stored', () =>
    play('SND-1', async (simulation) => {
      const { agent } = await opened(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 500, responseMs: 500 } })
      const before = simulation.time.now()
      const state = await simulation.until(agent.send({ type: 'note', text: 'x' }))
      expect(simulation.time.now() - before).toBeGreaterThanOrEqual(1_000)
      expect(state.context.notes).toEqual(['x'])
      expect(await types(simulation)).toEqual(['refold.started', 'note'])
    }))

  test('SND-1 of several sends at the same moment each resolves to the state after its own event', () =>
    play('SND-1 several', async (simulation) => {
      const { agent } = await opened(simulation)
      const states = await simulation.until(
        Promise.all(['x', 'y', 'z'].map((text) => agent.send({ type: 'note', text }))),
      )
      expect(states.map(({ context }) => context.notes)).toEqual([['x'], ['x', 'y'], ['x', 'y', 'z']])
      expect(states.map(({ revision }) => revision)).toEqual([1n, 2n, 3n])
    }))

  test('SND-2 an event that the state does not accept is refused with those that it does', () =>
    play('SND-2', async (simulation) => {
      const { agent } = await opened(simulation)
      const error = await simulation.until(rejection(agent.send({ type: 'ignoresOutcome' })))
      expect(error).toMatchObject({ code: 'EVENT_NOT_ACCEPTED', facts: { legal: ['note', 'close', 'break'] } })
      expect(await types(simulation)).toEqual(['refold.started'])
    }))

  test('SND-3 an event at which the chart throws is refused with the cause, and the agent goes on', () =>
    play('SND-3', async (simulation) => {
      const { agent } = await opened(simulation)
      const error = await simulation.until(rejection(agent.send({ type: 'break' })))
      expect(error).toMatchObject({ code: 'EVENT_REFUSED', cause: { message: 'the chart is wrong' } })
      await simulation.until(agent.send({ type: 'note', text: 'x' }))
      expect(await types(simulation)).toEqual(['refold.started', 'note'])
    }))

  test('SND-4 two sends with the same id are one input, also across a crash and another process', () =>
    play('SND-4', async (simulation) => {
      const { a, agent } = await opened(simulation)
      const note = { type: 'note', text: 'x' }
      await simulation.until(Promise.all([agent.send(note, { id: 'n1' }), agent.send(note, { id: 'n1' })]))
      a.kill()
      const b = simulation.process('b', { agents: () => [book], worker: false })
      await simulation.until(b.start())
      const there = await simulation.until(b.attach('book', '1'))
      const state = await simulation.until(there.send(note, { id: 'n1' }))
      expect(state.context.notes).toEqual(['x'])
      expect(await types(simulation)).toEqual(['refold.started', 'note'])
    }))

  test('SND-4 the same id with another event is refused with ID_REUSED', () =>
    play('SND-4 reused', async (simulation) => {
      const { agent } = await opened(simulation)
      await simulation.until(agent.send({ type: 'note', text: 'x' }, { id: 'n1' }))
      expect(await simulation.until(rejection(agent.send({ type: 'note', text: 'y' }, { id: 'n1' })))).toMatchObject({
        code: 'ID_REUSED',
      })
    }))

  test('SND-5 a full window of remembered ids refuses, forgets none, and empties with age', () =>
    play('SND-5', async (simulation) => {
      const { a, agent } = await opened(simulation)
      for (const id of ['n1', 'n2']) await simulation.until(agent.send({ type: 'note', text: id }, { id }))
      expect(await simulation.until(rejection(agent.send({ type: 'note', text: 'n3' }, { id: 'n3' })))).toMatchObject({
        code: 'DEDUP_WINDOW_FULL',
      })
      await simulation.until(agent.send({ type: 'note', text: 'n1' }, { id: 'n1' }))
      a.kill()
      await simulation.advance(DAY_MS + 1)
      await simulation.until(a.start())
      const later = await simulation.until(a.attach('book', '1'))
      const state = await simulation.until(later.send({ type: 'note', text: 'n3' }, { id: 'n3' }))
      expect(state.context.notes).toEqual(['n1', 'n2', 'n3'])
    }))

  test('SND-6 starting twice with one input gives the same agent, and with another is refused', () =>
    play('SND-6', async (simulation) => {
      const { a, agent } = await opened(simulation)
      await simulation.until(agent.send({ type: 'note', text: 'x' }))
      const same = await simulation.until(a.startAgent('book', { id: '1', input: { owner: 'ana' } }))
      expect(same.getSnapshot().context.notes).toEqual(['x'])
      expect(
        await simulation.until(rejection(a.startAgent('book', { id: '1', input: { owner: 'bob' } }))),
      ).toMatchObject({ code: 'ID_REUSED' })
      expect(await types(simulation)).toEqual(['refold.started', 'note'])
    }))

  test('SND-7 a refusal is told when the state it was judged on is stored', () =>
    play('SND-7', async (simulation) => {
      const { agent } = await opened(simulation)
      simulation.faults.add({ process: 'a', type: 'close', fault: { kind: 'delayed', requestMs: 500 } })
      const told: string[] = []
      const close = agent.send({ type: 'close' }).then(() => told.push('closed'))
      const note = rejection(agent.send({ type: 'note', text: 'x' })).then((error) =>
        told.push((error as { code: string }).code),
      )
      await simulation.advance(400)
      expect(told).toEqual([])
      await simulation.until(Promise.all([close, note]))
      expect(told.toSorted()).toEqual(['NOT_ACTIVE', 'closed'])
    }))

  test('SND-8 a send to an agent that has ended is refused', () =>
    play('SND-8', async (simulation) => {
      const { agent } = await opened(simulation)
      await simulation.until(agent.send({ type: 'close' }))
      expect(await simulation.until(rejection(agent.send({ type: 'note', text: 'x' })))).toMatchObject({
        code: 'NOT_ACTIVE',
      })
      expect((await simulation.until(agent.done())).output).toBe(0)
    }))

  test('SND-9 events that several processes send at once are recorded once each', () =>
    play('SND-9', async (simulation) => {
      const { agent } = await opened(simulation)
      const others = ['b', 'c'].map((name) => simulation.process(name, { agents: () => [book], worker: false }))
      for (const other of others) await simulation.until(other.start())
      const agents = [agent, ...(await simulation.until(Promise.all(others.map((other) => other.attach('book', '1')))))]
      const sent = agents.flatMap((sender, index) => [0, 1, 2, 3].map((n) => ({ sender, text: `${index}.${n}` })))
      await simulation.until(Promise.all(sent.map(({ sender, text }) => sender.send({ type: 'note', text }))))
      await simulation.until(agent.waitFor((state) => state.context.notes.length === sent.length))
      expect(agent.getSnapshot().context.notes.toSorted()).toEqual(sent.map(({ text }) => text))
      expect(await types(simulation)).toHaveLength(sent.length + 1)
    }))
})
