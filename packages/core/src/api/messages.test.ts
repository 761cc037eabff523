/** Messages between agents in one process. */
import { assign, createActor, setup } from 'xstate'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import type { ChildDone, ChildFailed, UndeliveredEvent } from '../definition/message-types.js'
import { sendToAgent, startAgent } from '../definition/send-to-agent.js'
import type { AgentFault } from '../public/state.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { startProcess } from './process.fixture.js'

const pongContract = agentContract({ name: 'pong', events: { ping: z.object({ n: z.number() }) } })

const pinger = setup({
  types: {
    context: {} as { pongs: number[]; lost: string[] },
    events: {} as { type: 'go'; to: string; n: number } | { type: 'pong'; n: number } | UndeliveredEvent,
  },
}).createMachine({
  context: { pongs: [], lost: [] },
  on: {
    go: {
      actions: sendToAgent({ agent: pongContract, id: ({ event }) => event.to }, ({ event }) => ({
        type: 'ping',
        n: event.n,
      })),
    },
    pong: { actions: assign({ pongs: ({ context, event }) => [...context.pongs, event.n] }) },
    'refold.undelivered': { actions: assign({ lost: ({ context, event }) => [...context.lost, event.code] }) },
  },
})
const ping = defineAgent({ name: 'ping', version: 1, machine: pinger })

const ponger = setup({
  types: { context: {} as { heard: number[] }, events: {} as { type: 'ping'; n: number } | { type: 'stop' } },
}).createMachine({
  context: { heard: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        ping: [
          {
            guard: ({ event }) => event.n === 13,
            actions: assign(() => {
              throw new Error('unlucky')
            }),
          },
          {
            actions: [
              assign({ heard: ({ context, event }) => [...context.heard, event.n] }),
              sendToAgent({ agent: ping, id: 'a' }, ({ event }) => ({ type: 'pong', n: event.n })),
            ],
          },
        ],
        stop: 'closed',
      },
    },
    closed: { type: 'final' },
  },
})
const pong = defineAgent({
  name: 'pong',
  version: 1,
  machine: ponger,
  events: { ...pongContract.events, stop: z.object({}) },
})

test('MSG-3 MSG-15 two agents write to each other', async () => {
  await using refold = await createRuntime({ store: memoryStore(), agents: [ping, pong] })
  const a = await refold.start(ping, { id: 'a' })
  const b = await refold.start(pong, { id: 'b' })
  for (const n of [1, 2, 3]) await a.send({ type: 'go', to: 'b', n })
  await a.waitFor((state) => state.context.pongs.length === 3)
  expect(a.getSnapshot().context.pongs).toEqual([1, 2, 3])
  expect(b.getSnapshot().context.heard).toEqual([1, 2, 3])
})

test('MSG-10 what cannot arrive', async () => {
  await using refold = await createRuntime({ store: memoryStore(), agents: [ping, pong] })
  const a = await refold.start(ping, { id: 'a' })
  const b = await refold.start(pong, { id: 'b' })
  await a.send({ type: 'go', to: 'no-one', n: 1 })
  await a.waitFor((state) => state.context.lost.length === 1)
  await a.send({ type: 'go', to: 'b', n: 13 })
  await a.waitFor((state) => state.context.lost.length === 2)
  await b.send({ type: 'stop' })
  await a.send({ type: 'go', to: 'b', n: 2 })
  await a.waitFor((state) => state.context.lost.length === 3)
  expect(a.getSnapshot().context.lost).toEqual(['NOT_FOUND', 'EVENT_REFUSED', 'NOT_ACTIVE'])
})

const child = defineAgent({
  name: 'child',
  version: 1,
  input: z.object({ n: z.number() }),
  machine: setup({
    types: { input: {} as { n: number }, context: {} as { n: number }, output: {} as { square: number } },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'ended',
    states: { ended: { type: 'final' } },
    output: ({ context }) => {
      if (context.n > 100) throw new Error('too large')
      return { square: context.n * context.n }
    },
  }),
})
const parent = defineAgent({
  name: 'parent',
  version: 1,
  machine: setup({
    types: {
      context: {} as { squares: Record<string, number>; errors: AgentFault[] },
      events: {} as
        | { type: 'begin'; id: string; n: number }
        | ChildDone<'squared', typeof child>
        | ChildFailed<'notSquared', typeof child>,
    },
  }).createMachine({
    context: { squares: {}, errors: [] },
    on: {
      begin: {
        actions: startAgent(
          { agent: child, id: ({ event }) => event.id },
          { input: ({ event }) => ({ n: event.n }), done: 'squared', failed: 'notSquared' },
        ),
      },
      squared: {
        actions: assign({
          squares: ({ context, event }) => ({ ...context.squares, [event.agent.id]: event.output.square }),
        }),
      },
      notSquared: { actions: assign({ errors: ({ context, event }) => [...context.errors, event.error] }) },
    },
  }),
})

test('MSG-17 MSG-18 a parent starts detached children and hears how they ended', async () => {
  await using refold = await createRuntime({ store: memoryStore(), agents: [child, parent] })
  const agent = await refold.start(parent, { id: 'p' })
  for (const n of [2, 3]) await agent.send({ type: 'begin', id: `c${n}`, n })
  await agent.waitFor((state) => Object.keys(state.context.squares).length === 2)
  expect(agent.getSnapshot().context.squares).toEqual({ c2: 4, c3: 9 })
  await agent.send({ type: 'begin', id: 'c2', n: 5 })
  await agent.waitFor((state) => state.context.errors.length === 1)
  expect(agent.getSnapshot().context.errors[0]).toMatchObject({ code: 'ID_REUSED' })
})

test('MSG-15 an agent writes to itself', async () => {
  const self = agentContract({ name: 'selfish', events: { again: z.object({ n: z.number() }) } })
  const selfish = defineAgent({
    ...self,
    version: 1,
    machine: setup({
      types: { context: {} as { seen: number[] }, events: {} as { type: 'again'; n: number } },
    }).createMachine({
      context: { seen: [] },
      on: {
        again: {
          guard: ({ event }) => event.n < 5,
          actions: [
            assign({ seen: ({ context, event }) => [...context.seen, event.n] }),
            sendToAgent({ agent: self, id: 'me' }, ({ event }) => ({ type: 'again', n: event.n + 1 })),
          ],
        },
      },
    }),
  })
  await using refold = await createRuntime({ store: memoryStore(), agents: [selfish] })
  const me = await refold.start(selfish, { id: 'me' })
  await me.send({ type: 'again', n: 1 })
  await me.waitFor((state) => state.context.seen.length === 4)
  expect(me.getSnapshot().context.seen).toEqual([1, 2, 3, 4])
})

test('MSG-12 agents of two services on one store write to each other, each deciding only its own', async () => {
  const log = memoryLog()
  const one = await startProcess({ log, agents: [ping] })
  const other = await startProcess({ log, agents: [pong] })
  const a = await one.runtime.start(ping, { id: 'a' })
  const b = await other.runtime.start(pong, { id: 'b' })
  for (const n of [1, 13, 2]) await a.send({ type: 'go', to: 'b', n })
  await one.time.advance(60_000)
  await other.time.advance(60_000)
  await one.time.advance(60_000)
  expect(b.getSnapshot().context.heard).toEqual([1, 2])
  expect(a.getSnapshot().context.pongs).toEqual([1, 2])
  expect(a.getSnapshot().context.lost, 'told by a message').toEqual(['EVENT_REFUSED'])
  await one.runtime.close()
  await other.runtime.close()
})

test('a message too large for the receiver’s record is not taken', async () => {
  const log = memoryLog()
  const bulky = agentContract({ name: 'bulky', events: { take: z.object({ text: z.string() }) } })
  const receiver = defineAgent({
    ...bulky,
    version: 1,
    machine: setup({
      types: { context: {} as { texts: string[] }, events: {} as { type: 'take'; text: string } },
    }).createMachine({
      context: { texts: [] },
      // Three times the text, in other words each time: the record cannot copy it.
      on: {
        take: { actions: assign({ texts: ({ event }) => [1, 2, 3].map((n) => event.text.replaceAll('x', `${n}`)) }) },
      },
    }),
  })
  const sender = defineAgent({
    name: 'sender',
    version: 1,
    machine: setup({
      types: { context: {} as { lost: string[] }, events: {} as { type: 'go'; text: string } | UndeliveredEvent },
    }).createMachine({
      context: { lost: [] },
      on: {
        go: { actions: sendToAgent({ agent: bulky, id: '1' }, ({ event }) => ({ type: 'take', text: event.text })) },
        'refold.undelivered': { actions: assign({ lost: ({ context, event }) => [...context.lost, event.code] }) },
      },
    }),
  })
  const { runtime, time } = await startProcess({ log, agents: [sender, receiver], maxAppendBytes: 3_000 })
  await runtime.start(receiver, { id: '1' })
  const agent = await runtime.start(sender, { id: '1' })
  await agent.send({ type: 'go', text: 'x'.repeat(1_000) })
  await time.advance(10_000)
  expect(agent.getSnapshot().context.lost).toEqual(['TOO_LARGE'])
  await runtime.close()
})

test('MSG-19 under plain XState nothing is sent, and a warning says so', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const actor = createActor(pinger).start()
  actor.send({ type: 'go', to: 'b', n: 1 })
  expect(warn).toHaveBeenCalledOnce()
  warn.mockRestore()
})
