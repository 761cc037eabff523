/** The agent of most tests: it performs one effect when told to, may leave it, and remembers what came of it. */
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { CallPolicy } from '../definition/policy-types.js'
import type { DedupOptions } from '../definition/policy-types.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'

export interface WorkContext {
  job: string
  result: unknown
  error: unknown
  notes: string[]
}

export type WorkEvent =
  | { type: 'go'; job?: string }
  | { type: 'leave' }
  | { type: 'note'; text: string }
  | { type: 'finish' }
  | { type: 'throw' }
  | { type: 'mutate' }
  | { type: 'spin' }
  | { type: 'store'; value: unknown }

export interface WorkOptions {
  readonly body: ControlledBody['body']
  readonly policy?: CallPolicy<WorkInput, unknown>
  readonly dedup?: DedupOptions
  readonly version?: number
  /** Where it begins. Default: with the effect. */
  readonly initial?: 'parked' | 'working'
  /** Called in the transition that takes the outcome. */
  readonly onOutcome?: (output: unknown) => void
  /** Called in the transition that takes a note. */
  readonly onAssignNote?: (text: string) => void
  /** The transition that takes the outcome adds so many characters of its own. */
  readonly grow?: number
  /** Called by a custom action, after every `note`. */
  readonly onNote?: (text: string) => void
}

function machineOf({ body, initial = 'working', onOutcome, onAssignNote, grow = 0, onNote }: WorkOptions) {
  return setup({
    types: {
      context: {} as WorkContext,
      events: {} as WorkEvent,
      // oxlint-disable-next-line typescript/no-unnecessary-type-assertion -- XState infers the machine's input from it
      input: {} as { job?: string; list?: string[] } | undefined,
      output: {} as { result: unknown },
    },
    actors: { work: effect<unknown, WorkInput>(body) },
    actions: { noted: (_, { text }: { text: string }) => onNote?.(text) },
  }).createMachine({
    context: ({ input }) => ({ job: input?.job ?? 'first', result: null, error: null, notes: [] }),
    initial,
    on: {
      note: {
        actions: [
          assign({ notes: ({ context, event }) => (onAssignNote?.(event.text), [...context.notes, event.text]) }),
          { type: 'noted', params: ({ event }) => ({ text: event.text }) },
        ],
      },
      throw: {
        actions: assign(() => {
          throw new TypeError('the chart threw')
        }),
      },
      mutate: {
        actions: assign(({ context }) => {
          context.notes.push('in place')
          return {}
        }),
      },
      store: { actions: assign({ result: ({ event }) => event.value }) },
      finish: '.finished',
    },
    states: {
      parked: {
        on: {
          go: { target: 'working', actions: assign({ job: ({ context, event }) => event.job ?? context.job }) },
          spin: 'spinning',
        },
      },
      working: {
        on: { leave: 'parked' },
        invoke: {
          src: 'work',
          input: ({ context }) => ({ job: context.job, list: ['a'] }),
          onDone: {
            target: 'worked',
            actions: assign({
              result: ({ event }) => {
                onOutcome?.(event.output)
                return grow > 0 ? 'x'.repeat(grow) : (event.output ?? null)
              },
            }),
          },
          onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) },
        },
      },
      worked: { on: { go: 'working' } },
      failed: { on: { go: 'working' } },
      spinning: { always: 'spun' },
      spun: { always: 'spinning' },
      finished: { type: 'final' },
    },
    output: ({ context }) => ({ result: context.result }),
  })
}

/** `work-…` streams. */
export function workAgent(options: WorkOptions) {
  const { policy, dedup, version = 1 } = options
  return defineAgent({
    name: 'work',
    version,
    machine: machineOf(options),
    ...(policy === undefined ? undefined : { effects: { work: policy } }),
    ...(dedup === undefined ? undefined : { dedup }),
  })
}
