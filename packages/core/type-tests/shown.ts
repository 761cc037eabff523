/** What a state shows of actors: pointers in place of references, and children as data. */
import { fromPromise, setup } from 'xstate'
import type { ActorRefFrom, AnyActorRef } from 'xstate'
import { defineAgent } from './api.js'
import type { ActorPointer, AgentOf, AnyAgentState, ContextOf, StateOf } from './api.js'
import type { research } from './examples.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

const helper = setup({
  types: { context: {} as { boss: AnyActorRef; pages: number }, output: {} as { read: number } },
  actors: { ask: fromPromise(async () => 'yes') },
}).createMachine({ context: () => ({ boss: null as never, pages: 0 }), output: { read: 1 } })

export const boss = defineAgent({
  name: 'boss',
  version: 1,
  machine: setup({
    types: {
      context: {} as {
        one: ActorRefFrom<typeof helper> | null
        all: readonly { name: string; ref: AnyActorRef }[]
        by: Record<string, ActorRefFrom<typeof helper>>
        rest: unknown
      },
      children: {} as { first: 'helper'; asked: 'ask' },
    },
    actors: { helper, ask: fromPromise(async () => 'yes') },
  }).createMachine({ context: { one: null, all: [], by: {}, rest: null } }),
  approvals: {},
})

export function read(state: StateOf<typeof boss>, agent: AgentOf<typeof boss>) {
  expectType<
    Equal<
      typeof state.context,
      {
        one: ActorPointer | null
        all: readonly { name: string; ref: ActorPointer }[]
        by: Record<string, ActorPointer>
        rest: unknown
      }
    >
  >()
  // @ts-expect-error it is no reference: nothing can be sent to it from outside
  state.context.one?.send({ type: 'x' })
  const { first, asked } = state.children
  if (first !== undefined) {
    expectType<Equal<typeof first.context, { boss: ActorPointer; pages: number }>>()
    if (first.status === 'done') expectType<Equal<typeof first.output, { read: number }>>()
    void first.children['ask']?.status
  }
  if (asked?.status === 'done') expectType<Equal<typeof asked.output, string>>()
  // @ts-expect-error no child of the machine
  void state.children.other
  const any: AnyAgentState = state
  void any.children['first']?.src
  void agent.waitFor(({ children }) => children.asked?.status === 'error')
}

// ── without references the context is the machine's own
expectType<Equal<StateOf<typeof research>['context'], ContextOf<typeof research>>>()
// ── ids that the machine's types do not name
export function readResearch(state: StateOf<typeof research>) {
  const child = state.children['anything']
  if (child?.status === 'done') void child.output
}
// ── what is to be approved is made of data, too
export const approving = defineAgent({
  name: 'approving',
  version: 1,
  machine: setup({
    types: { context: {} as { one: AnyActorRef; what: string }, events: {} as { type: 'approve' } },
  }).createMachine({ context: () => ({ one: null as never, what: '' }), on: { approve: {} } }),
  approvals: {
    approve: ({ context }) => {
      expectType<Equal<typeof context.one, ActorPointer>>()
      return context.what
    },
  },
})
