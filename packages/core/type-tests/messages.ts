/** Messages between agents: what must compile, and what must not. */
import { enqueueActions, setup } from 'xstate'
import { z } from 'zod'
import { agentContract, defineAgent, sendToAgent, startAgent } from './api.js'
import type { ChildDone, ChildFailed, EventOf, EventsFrom, UndeliveredEvent } from './api.js'
import { inline, research, toggler } from './examples.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

export const reviewer = agentContract({
  name: 'reviewer',
  events: { asked: z.object({ text: z.string() }), stop: z.object({}) },
})

export const reviewerAgent = defineAgent({
  ...reviewer,
  version: 1,
  machine: setup({
    types: { events: {} as EventsFrom<typeof reviewer.events> | { type: 'internal' } },
  }).createMachine({ on: { asked: { actions: ({ event }) => event.text.length } } }),
})
expectType<Equal<EventOf<typeof reviewerAgent>, { type: 'asked'; text: string } | { type: 'stop' }>>()

const asker = setup({
  types: {
    context: {} as { peer: string; text: string },
    events: {} as { type: 'go'; to: string } | UndeliveredEvent,
  },
  actions: {
    ask: sendToAgent({ agent: reviewer, id: ({ context }) => context.peer }, ({ context }) => ({
      type: 'asked',
      text: context.text,
    })),
    approve: sendToAgent({ agent: research, id: '42' }, { type: 'approve', by: 'asker' }),
    withParams: sendToAgent({ agent: reviewer, id: (_, p: { to: string }) => p.to }, (_, p) => ({
      type: 'asked',
      text: p.to,
    })),
    many: enqueueActions(({ enqueue }) => {
      enqueue(sendToAgent({ agent: reviewer, id: '1' }, { type: 'stop' }))
    }),
  },
}).createMachine({
  context: { peer: '1', text: 'x' },
  on: {
    go: {
      actions: [
        'ask',
        { type: 'withParams', params: ({ event }) => ({ to: event.to }) },
        sendToAgent({ agent: reviewer, id: ({ event }) => event.to }, ({ event }) => ({
          type: 'asked',
          text: event.to,
        })),
      ],
    },
    'refold.undelivered': { actions: ({ event }) => event.to.name + event.code },
  },
})
export const askingAgent = defineAgent({ name: 'asker', version: 1, machine: asker })
expectType<Equal<EventOf<typeof askingAgent>, { type: 'go'; to: string }>>()

// ── detached children
const parent = setup({
  types: {
    context: {} as { topics: string[] },
    events: {} as
      | { type: 'go'; topic: string }
      | { type: 'other' }
      | ChildDone<'researched', typeof research>
      | ChildFailed<'notResearched', typeof research>,
  },
  actions: {
    begin: startAgent(
      { agent: research, id: (_, params: { topic: string }) => `about-${params.topic}` },
      { input: (_, { topic }) => ({ topic }), done: 'researched', failed: 'notResearched' },
    ),
    flip: startAgent({ agent: toggler, id: '1' }, {}),
    count: startAgent({ agent: inline, id: ({ context }) => `${context.topics.length}` }, { input: { n: 3 } }),
  },
}).createMachine({
  context: { topics: [] },
  on: {
    go: {
      actions: [
        { type: 'begin', params: ({ event }) => ({ topic: event.topic }) },
        startAgent(
          { agent: research, id: ({ event }) => event.topic },
          { input: ({ event }) => ({ topic: event.topic }), done: 'researched' },
        ),
      ],
    },
    researched: { actions: ({ event }) => event.output.draft + event.agent.id },
    notResearched: { actions: ({ event }) => event.error.message },
  },
})
export const parentAgent = defineAgent({ name: 'parent', version: 1, machine: parent })

// ── mistakes
// @ts-expect-error Type '"askd"' is not assignable to type '"asked" | "stop"'
export const m1 = setup({ actions: { a: sendToAgent({ agent: reviewer, id: '1' }, { type: 'askd', text: '' }) } })
// @ts-expect-error an event that the receiver does not take from outside
export const m2 = setup({ actions: { a: sendToAgent({ agent: research, id: '1' }, { type: 'tick', at: 3 }) } })
export const m3 = setup({
  types: { context: {} as { a: string } },
  // @ts-expect-error Property 'b' does not exist on type '{ a: string; }'
  actions: { a: sendToAgent({ agent: reviewer, id: ({ context }) => context.b }, { type: 'asked', text: '' }) },
})
// @ts-expect-error an input of another type
export const m4 = setup({ actions: { a: startAgent({ agent: research, id: '1' }, { input: { subject: '' } }) } })
// @ts-expect-error no input
export const m5 = setup({ actions: { a: startAgent({ agent: research, id: '1' }, {}) } })
export const m6 = setup({
  types: { events: {} as { type: 'researched'; output: number } | { type: 'other' } },
  // @ts-expect-error no event of the machine can hold the output
  actions: { a: startAgent({ agent: research, id: '1' }, { input: { topic: '' }, done: 'researched' }) },
})
export const m7 = setup({
  types: { events: {} as ChildDone<'researched', typeof research> },
  // @ts-expect-error no event of the machine
  actions: { a: startAgent({ agent: research, id: '1' }, { input: { topic: '' }, done: 'reserched' }) },
})
// @ts-expect-error a contract says nothing of an input: give the definition
export const m8 = setup({ actions: { a: startAgent({ agent: reviewer, id: '1' }, {}) } })
