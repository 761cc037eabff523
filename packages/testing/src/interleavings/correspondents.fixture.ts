/** Agents that write to each other: a writer, a reader who can be closed or choke on a note, a boss with errands. */
import { agentContract, defineAgent, effect, sendToAgent, startAgent } from '@refold/core'
import type { AgentDefinition, ChildDone, ChildFailed, UndeliveredEvent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { workFor } from './job.fixture.js'
import type { WorkInput } from './job.fixture.js'
import type { ProcessEffects, SimulatedBody } from '../simulation/process-effects.js'

const reading = agentContract({ name: 'reader', events: { note: z.object({ text: z.string() }) } })

/** Sends what it is told to; `failures` holds what did not arrive. */
export const writer = defineAgent({
  name: 'writer',
  version: 1,
  machine: setup({
    types: {
      context: {} as { failures: { text: unknown; code: string }[] },
      events: {} as { type: 'write'; to: string; text: string } | { type: 'finish' } | UndeliveredEvent,
    },
  }).createMachine({
    context: { failures: [] },
    initial: 'writing',
    on: {
      'refold.undelivered': {
        actions: assign({
          failures: ({ context, event }) => [
            ...context.failures,
            { text: (event.event as { text?: unknown }).text, code: event.code },
          ],
        }),
      },
    },
    states: {
      writing: {
        on: {
          write: {
            actions: sendToAgent({ agent: reading, id: ({ event }) => event.to }, ({ event }) => ({
              type: 'note',
              text: event.text,
            })),
          },
          finish: {
            target: 'finished',
            actions: sendToAgent({ agent: reading, id: '1' }, { type: 'note', text: 'farewell' }),
          },
        },
      },
      finished: { type: 'final' },
    },
  }),
})

/** Keeps the notes it gets; chokes on "bomb". */
export const reader = defineAgent({
  name: 'reader',
  version: 1,
  machine: setup({
    types: {
      context: {} as { notes: string[] },
      events: {} as { type: 'note'; text: string } | { type: 'shut' },
    },
  }).createMachine({
    context: { notes: [] },
    initial: 'open',
    states: {
      open: {
        on: {
          note: {
            actions: assign({
              notes: ({ context, event }) => {
                if (event.text === 'bomb') throw new Error('it exploded')
                return [...context.notes, event.text]
              },
            }),
          },
          shut: 'closed',
        },
      },
      closed: { type: 'final' },
    },
  }),
  events: { ...reading.events, shut: z.object({}) },
})

/** A detached child with one piece of work. */
export function errand(effects: ProcessEffects, run: SimulatedBody<WorkInput, unknown> = workFor(1_000)) {
  return defineAgent({
    name: 'errand',
    version: 1,
    input: z.object({ agent: z.string(), visit: z.number() }),
    machine: setup({
      types: {
        input: {} as WorkInput,
        context: {} as WorkInput & { result: unknown },
        output: {} as { result: unknown },
      },
      actors: { draft: effect<unknown, WorkInput>(effects.body<WorkInput, unknown>('draft', run)) },
    }).createMachine({
      context: ({ input }) => ({ ...input, result: null }),
      initial: 'working',
      states: {
        working: {
          invoke: {
            src: 'draft',
            input: ({ context }) => ({ agent: context.agent, visit: context.visit }),
            onDone: { target: 'done', actions: assign({ result: ({ event }) => event.output }) },
          },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => ({ result: context.result }),
    }),
  })
}

/** Starts errands and keeps their reports. */
export function boss(child: ReturnType<typeof errand>): AgentDefinition {
  return defineAgent({
    name: 'boss',
    version: 1,
    machine: setup({
      types: {
        context: {} as { done: string[]; failed: { id: string; code: string }[] },
        events: {} as
          | { type: 'delegate'; id: string }
          | ChildDone<'errandDone', typeof child>
          | ChildFailed<'errandFailed', typeof child>,
      },
    }).createMachine({
      context: { done: [], failed: [] },
      on: {
        delegate: {
          actions: startAgent(
            { agent: child, id: ({ event }) => event.id },
            {
              input: ({ event }) => ({ agent: event.id, visit: 1 }),
              done: 'errandDone',
              failed: 'errandFailed',
            },
          ),
        },
        errandDone: { actions: assign({ done: ({ context, event }) => [...context.done, event.agent.id] }) },
        errandFailed: {
          actions: assign({
            failed: ({ context, event }) => [
              ...context.failed,
              { id: event.agent.id, code: String(event.error.code ?? event.error.message) },
            ],
          }),
        },
      },
    }),
  })
}
