/** Agents that between them use what the record format has for messages. */
import { agentContract, defineAgent, sendToAgent, startAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { ChildDone, ChildFailed, UndeliveredEvent } from '@refold/core'

const helping = agentContract({ name: 'helper', events: { hurry: z.object({ why: z.string() }) } })

/** Ends when it is told to hurry. */
export const helper = defineAgent({
  ...helping,
  version: 1,
  machine: setup({
    types: { events: {} as { type: 'hurry'; why: string }, output: {} as { result: string } },
  }).createMachine({
    initial: 'helping',
    states: { helping: { on: { hurry: 'done' } }, done: { type: 'final' } },
    output: () => ({ result: 'a result of some length' }),
  }),
})

/** Starts a helper, makes it hurry, and once more when it has ended. */
export const chief = defineAgent({
  name: 'chief',
  version: 1,
  machine: setup({
    types: {
      context: {} as { reports: string[]; lost: string[] },
      events: {} as
        | { type: 'delegate'; id: string }
        | { type: 'let go'; id: string }
        | ChildDone<'helped', typeof helper>
        | ChildFailed<'notHelped', typeof helper>
        | UndeliveredEvent,
    },
  }).createMachine({
    context: { reports: [], lost: [] },
    on: {
      delegate: {
        actions: [
          startAgent({ agent: helper, id: ({ event }) => event.id }, { done: 'helped', failed: 'notHelped' }),
          sendToAgent({ agent: helping, id: ({ event }) => event.id }, { type: 'hurry', why: 'it is late' }),
          sendToAgent({ agent: helping, id: ({ event }) => event.id }, { type: 'hurry', why: 'it is later' }),
        ],
      },
      'let go': { actions: startAgent({ agent: helper, id: ({ event }) => event.id }, {}) },
      helped: {
        actions: assign({ reports: ({ context, event }) => [...context.reports, event.output.result] }),
      },
      notHelped: { actions: assign({ reports: ({ context, event }) => [...context.reports, event.error.message] }) },
      'refold.undelivered': { actions: assign({ lost: ({ context, event }) => [...context.lost, event.code] }) },
    },
  }),
})
