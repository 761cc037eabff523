/** Effects that send many events: callbacks and observables. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { RecordMetadata } from '@refold/core/record'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { assign, fromCallback, fromObservable, sendTo, setup } from 'xstate'
import type { AnyActorRef } from 'xstate'
import { of } from './record-format/observable.js'
import { play } from './scenes/play.js'
import { running } from './scenes/running.js'

/** Echoes what it is sent; greets when it begins. */
function echo(log: string[]) {
  const machine = setup({
    types: {
      context: {} as { heard: string[]; counts: number[] },
      events: {} as { type: 'say'; text: string } | { type: 'heard'; text: string } | { type: 'leave' },
    },
    actors: {
      echo: fromCallback<{ type: 'say'; text: string }>(({ sendBack, receive }) => {
        log.push('begins')
        sendBack({ type: 'heard', text: 'hello' })
        receive(({ text }) => {
          log.push(text)
          sendBack({ type: 'heard', text })
        })
        return () => log.push('ends')
      }),
      counts: fromObservable(() => of(1, 2)),
    },
  }).createMachine({
    context: { heard: [], counts: [] },
    initial: 'listening',
    states: {
      listening: {
        invoke: [
          { id: 'echo', src: 'echo' },
          {
            src: 'counts',
            onSnapshot: {
              guard: ({ event }) => event.snapshot.context !== undefined && event.snapshot.status === 'active',
              actions: assign({ counts: ({ context, event }) => [...context.counts, event.snapshot.context ?? 0] }),
            },
          },
        ],
        on: {
          say: { actions: sendTo('echo', ({ event }) => event) },
          heard: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.text] }) },
          leave: 'left',
        },
      },
      left: {},
    },
  })
  return defineAgent({ name: 'echo', version: 1, machine })
}

async function listening(
  simulation: Simulation,
  log: string[],
): Promise<{ readonly a: SimulatedProcess; readonly agent: AnyAgent }> {
  const a = simulation.process('a', { agents: () => [echo(log)] })
  await simulation.until(a.start())
  const agent = await simulation.until(a.startAgent('echo', { id: '1' }))
  await simulation.until(agent.waitFor(({ context }) => context.heard.length === 1 && context.counts.length === 2))
  return { a, agent }
}

describe('callbacks and observables', () => {
  test('EFF-7 each event of a callback and each value of an observable is a record', () =>
    play('EFF-7', async (simulation) => {
      const { agent } = await listening(simulation, [])
      const data = (await simulation.records('echo-1'))
        .filter(({ type }) => type === 'refold.effect.event')
        .map((record) => record.data)
      expect(data).toHaveLength(3)
      expect(data).toEqual(
        expect.arrayContaining([
          { src: 'echo', event: { type: 'heard', text: 'hello' } },
          { src: 'counts', value: 1 },
          { src: 'counts', value: 2 },
        ]),
      )
      expect(agent.getSnapshot().context).toEqual({ heard: ['hello'], counts: [1, 2] })
    }))

  test('EFF-7 an event sent to a callback reaches it when its record is stored, and stands in it', () =>
    play('EFF-7 delivered', async (simulation) => {
      const log: string[] = []
      const { agent } = await listening(simulation, log)
      simulation.faults.add({ process: 'a', type: 'say', fault: { kind: 'delayed', requestMs: 500 } })
      const said = agent.send({ type: 'say', text: 'whale' })
      await simulation.advance(400)
      expect(log).toEqual(['begins'])
      await simulation.until(said)
      await simulation.until(agent.waitFor(({ context }) => context.heard.includes('whale')))
      expect(log).toEqual(['begins', 'whale'])
      const record = (await simulation.records('echo-1')).find(({ type }) => type === 'say')
      expect(record?.metadata).toMatchObject({
        refold: { body: { deliver: [{ event: { type: 'say', text: 'whale' } }] } },
      })
    }))

  test.each([
    ['at once', undefined],
    ['by a timer', { delay: 50 }],
  ])('EFF-7 a reference in an event to a callback, sent %s, reaches it as a reference', (_when, options) =>
    play('EFF-7 references', async (simulation) => {
      const machine = setup({
        actors: {
          clerk: fromCallback<{ type: 'ask'; from: { sender: AnyActorRef } }>(({ receive }) =>
            receive(({ from }) => from.sender.send({ type: 'answer' })),
          ),
        },
      }).createMachine({
        context: { heard: 0 },
        invoke: { id: 'clerk', src: 'clerk' },
        on: {
          go: { actions: sendTo('clerk', ({ self }) => ({ type: 'ask', from: { sender: self } }) as never, options) },
          answer: { actions: assign({ heard: ({ context }: { context: { heard: number } }) => context.heard + 1 }) },
        },
      } as never)
      const { agent } = await running(simulation, machine as never)
      await simulation.until(agent.send({ type: 'go' }))
      await simulation.until(agent.waitFor(({ context }) => context.heard === 1))
      const delivered = (await simulation.records('odd-1')).flatMap(
        ({ metadata }) => (metadata as unknown as RecordMetadata).refold.body.deliver ?? [],
      )
      const event = { type: 'ask', from: { sender: null } }
      expect(delivered).toEqual([{ effect: '0.0', event, refs: { '/from/sender': '0' } }])
    }),
  )

  test('EFF-4 leaving the state ends the callback', () =>
    play('EFF-4 callback', async (simulation) => {
      const log: string[] = []
      const { agent } = await listening(simulation, log)
      await simulation.until(agent.send({ type: 'leave' }))
      expect(log).toEqual(['begins', 'ends'])
    }))

  test('EFF-7 a callback begins again after a crash', () =>
    play('EFF-7 again', async (simulation) => {
      const log: string[] = []
      const { a } = await listening(simulation, log)
      a.kill()
      await simulation.until(a.start())
      const agent = await simulation.until(a.attach('echo', '1'))
      await simulation.until(agent.waitFor(({ context }) => context.heard.length === 2))
      expect(log).toEqual(['begins', 'begins'])
    }))
})
