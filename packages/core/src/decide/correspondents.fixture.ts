/** Agents that write to each other, for tests of decisions. */
import { assign, enqueueActions, setup } from 'xstate'
import { expect } from 'vitest'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import type { ChildDone, ChildFailed, UndeliveredEvent } from '../definition/message-types.js'
import { sendToAgent, startAgent } from '../definition/send-to-agent.js'
import type { EventData } from '../record/event-data.js'
import { Decider } from './decider.fixture.js'
import type { Decision } from './decision.js'
import type { Input } from './inputs.js'

export const peer = agentContract({ name: 'peer', events: { hello: z.object({ text: z.string() }) } })
export const child = defineAgent({
  name: 'child',
  version: 1,
  input: z.object({ n: z.number() }),
  machine: setup({
    types: { input: {} as { n: number }, events: {} as { type: 'end' }, output: {} as string },
  }).createMachine({
    initial: 'on',
    states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
    output: () => 'the end',
  }),
})

/** What a deploy repairs. */
export const bug = { there: true }

const machine = setup({
  types: {
    context: {} as { texts: string[]; late: string[] },
    events: {} as
      | { type: 'greet'; id: string; text: unknown }
      | { type: 'many'; count: number }
      | { type: 'hello'; text: string }
      | { type: 'open' }
      | { type: 'trap' }
      | { type: 'delegate' }
      | { type: 'end' }
      | ChildDone<'childDone', typeof child>
      | ChildFailed<'childFailed', typeof child>
      | UndeliveredEvent,
  },
  actions: {
    greet: sendToAgent({ agent: peer, id: (_, params: { id: string; text: unknown }) => params.id }, (_, { text }) => ({
      type: 'hello',
      text: text as string,
    })),
  },
}).createMachine({
  context: { texts: [], late: [] },
  initial: 'open',
  on: {
    greet: {
      actions: { type: 'greet', params: ({ event }) => ({ id: event.id, text: event.text }) },
    },
    many: {
      actions: enqueueActions(({ enqueue, event }) => {
        for (let sent = 0; sent < event.count; sent++)
          enqueue(sendToAgent({ agent: peer, id: '1' }, { type: 'hello', text: 'x' }))
      }),
    },
    delegate: { actions: startAgent({ agent: child, id: 'c' }, { input: { n: 1 }, done: 'childDone' }) },
    childDone: {},
    end: '.ended',
  },
  states: {
    open: {
      on: {
        hello: {
          actions: assign({
            texts: ({ context, event }) => {
              if (event.text === 'bomb') throw new Error('it exploded')
              return [...context.texts, event.text]
            },
          }),
        },
        trap: 'trapped',
      },
    },
    trapped: {
      after: {
        1: {
          actions: assign(() => {
            if (bug.there) throw new Error('the bug')
            return {}
          }),
        },
      },
    },
    ended: { type: 'final' },
  },
})
export const definition = defineAgent({
  name: 'agent',
  version: 1,
  machine,
  events: { hello: z.object({ text: z.string() }) },
})

export function event(type: string, payload: Omit<EventData, 'type'> = {}): Input {
  return { kind: 'event', event: { type, ...payload } }
}
export function hello(seq: number, text: unknown, incarnation = 'life-1'): Input {
  return { kind: 'message', from: 'peer-1', incarnation, seq, event: { type: 'hello', text: text as string } }
}
export function refusal(decision: Decision): string {
  return decision.kind === 'refused' ? decision.error.code : decision.kind
}
/** Its chart throws on a timer. */
export function blocked(): Decider {
  const decider = Decider.started(definition)
  decider.outside(event('trap'))
  const [timer = ''] = Object.keys(decider.state?.timers ?? {})
  decider.now += 10
  decider.own({ kind: 'timer.fired', timer })
  expect(decider.state?.agent.blocked).toBeDefined()
  return decider
}
