/** A boss whose helpers are detached children, with helpers of their own. */
import { assign, setup } from 'xstate'
import type { AgentDefinition } from '../definition/agent-types.js'
import type { CancelEvent } from '../definition/cancel-event.js'
import { defineAgent } from '../definition/define-agent.js'
import type { ChildDone, ChildFailed } from '../definition/message-types.js'
import { startAgent } from '../definition/send-to-agent.js'

/** Works until it is told to end. Undoes its work when it is cancelled, or cannot. */
export const helper = defineAgent({
  name: 'helper',
  version: 1,
  machine: setup({
    types: {
      context: {} as { asked: CancelEvent | null },
      events: {} as { type: 'end' } | { type: 'break' } | CancelEvent,
      output: {} as string,
    },
  }).createMachine({
    context: { asked: null },
    initial: 'working',
    states: {
      working: {
        on: {
          end: 'ended',
          break: 'broken',
          'refold.cancel': { target: 'undoing', actions: assign({ asked: ({ event }) => event }) },
        },
      },
      broken: {
        on: {
          'refold.cancel': {
            actions: assign(() => {
              throw new TypeError('cannot undo')
            }),
          },
        },
      },
      undoing: { on: { end: 'ended' } },
      ended: { type: 'final' },
    },
    output: 'helped',
  }),
})

/** Starts helpers, who tell it their end or do not, and a deputy with a helper of its own. */
function bossOf(name: string, deputy: AgentDefinition | undefined) {
  return defineAgent({
    name,
    version: 1,
    machine: setup({
      types: {
        context: {} as { heard: string[] },
        events: {} as
          | { type: 'ask'; id: string }
          | { type: 'ask and wait'; id: string }
          | { type: 'appoint' }
          | CancelEvent
          | ChildDone<'helped', typeof helper>
          | ChildFailed<'not helped', typeof helper>,
      },
      actions: {
        appoint: deputy === undefined ? () => {} : startAgent({ agent: deputy, id: 'd' }, {}),
      },
    }).createMachine({
      context: { heard: [] },
      initial: 'open',
      states: {
        open: {
          on: { 'refold.cancel': { target: 'closing', actions: startAgent({ agent: helper, id: 'last' }, {}) } },
        },
        closing: {},
      },
      on: {
        ask: { actions: startAgent({ agent: helper, id: ({ event }) => event.id }, {}) },
        'ask and wait': {
          actions: startAgent({ agent: helper, id: ({ event }) => event.id }, { done: 'helped', failed: 'not helped' }),
        },
        appoint: { actions: 'appoint' },
        helped: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.output] }) },
        'not helped': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.error.message] }) },
      },
    }),
  })
}

export const deputy = bossOf('deputy', undefined)
export const boss = bossOf('boss', deputy)
