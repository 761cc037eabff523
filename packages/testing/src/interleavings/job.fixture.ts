/**
 * The agent of the named interleavings: one piece of work, then rest with a reminder, and events to leave, to come
 * back and to finish. How the work is done and what an interrupted one means is given by each test.
 */
import { defineAgent, effect } from '@refold/core'
import type { AgentDefinition } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { ProcessEffects, SimulatedBody } from '../simulation/process-effects.js'

export interface WorkInput {
  agent: string
  visit: number
}
export type Safety = 'idempotent' | 'reconcilable' | 'never-retry'

export interface JobOptions {
  readonly safety?: Safety
  readonly run?: SimulatedBody<WorkInput, unknown>
  readonly attempts?: number
  readonly timeoutMs?: number
  /** Runs in the transition that takes the result: throws to block the agent. */
  readonly onResult?: (result: unknown) => void
  readonly output?: z.ZodType
}

/** How long the agent rests before it reminds. */
export const PATIENCE_MS = 60_000

/** The source's name tells its safety, so that invariants can. */
export function safetyOf(src: string): Safety {
  return src === 'charge' ? 'never-retry' : src === 'ship' ? 'reconcilable' : 'idempotent'
}
export const SOURCES: Readonly<Record<Safety, string>> = {
  idempotent: 'draft',
  'never-retry': 'charge',
  reconcilable: 'ship',
}

interface Context {
  agent: string
  visit: number
  notes: string[]
  result: unknown
  error: string | null
  reminders: number
}

export function job(effects: ProcessEffects, options: JobOptions = {}): AgentDefinition {
  const { safety = 'idempotent', attempts = 1, run = workFor(1_000) } = options
  const src = SOURCES[safety]
  const machine = chart({ body: effects.body<WorkInput, unknown>(src, run), src, onResult: options.onResult })
  const policy = {
    ...(safety === 'never-retry' ? undefined : { retry: { attempts, delayMs: 1_000, jitter: false } }),
    ...(options.output === undefined ? undefined : { output: options.output }),
    ...(options.timeoutMs === undefined ? undefined : { timeoutMs: options.timeoutMs }),
    safety: safety === 'reconcilable' ? { reconcile: effects.reconcile(src) } : safety,
  }
  const text = z.object({ text: z.string() })
  const none = z.object({})
  return defineAgent({
    name: 'job',
    version: 1,
    machine,
    input: z.object({ agent: z.string() }),
    events: { note: text, leave: none, again: none, enter: none, finish: none },
    effects: { [src]: policy },
  })
}

/** The usual body: so long, then the outside world does it. */
export function workFor(durationMs: number): SimulatedBody<WorkInput, unknown> {
  return async ({ sleep, perform, input }) => {
    await sleep(durationMs)
    return perform({ done: input.visit })
  }
}

interface ChartParts {
  readonly body: Parameters<typeof effect<unknown, WorkInput>>[0]
  readonly src: string
  readonly onResult: JobOptions['onResult']
}

function chart({ body, src, onResult }: ChartParts) {
  return setup({
    types: {
      input: {} as { agent: string },
      context: {} as Context,
      events: {} as
        | { type: 'note'; text: string }
        | { type: 'leave' }
        | { type: 'again' }
        | { type: 'enter' }
        | { type: 'finish' },
      output: {} as { result: unknown; notes: string[] },
    },
    actors: { [src]: effect<unknown, WorkInput>(body) },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, visit: 1, notes: [], result: null, error: null, reminders: 0 }),
    initial: 'working',
    on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) } },
    states: {
      working: {
        invoke: {
          src,
          input: ({ context }) => ({ agent: context.agent, visit: context.visit }),
          onDone: {
            target: 'idle',
            actions: assign({
              result: ({ event }) => {
                onResult?.(event.output)
                return event.output
              },
            }),
          },
          onError: {
            target: 'failed',
            actions: assign({ error: ({ event }) => String((event.error as { message?: unknown }).message) }),
          },
        },
        on: { leave: 'left' },
      },
      idle: {
        after: {
          [PATIENCE_MS]: {
            target: 'idle',
            reenter: true,
            actions: assign({ reminders: ({ context }) => context.reminders + 1 }),
          },
        },
        on: {
          leave: 'left',
          again: { target: 'working', actions: assign({ visit: ({ context }) => context.visit + 1 }) },
          finish: 'finished',
        },
      },
      left: {
        on: {
          enter: 'idle',
          again: { target: 'working', actions: assign({ visit: ({ context }) => context.visit + 1 }) },
          finish: 'finished',
        },
      },
      failed: {
        on: {
          again: { target: 'working', actions: assign({ visit: ({ context }) => context.visit + 1 }) },
          finish: 'finished',
        },
      },
      finished: { type: 'final' },
    },
    output: ({ context }) => ({ result: context.result, notes: context.notes }),
  })
}
