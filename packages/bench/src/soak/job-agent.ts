/** The agent of the soak: rounds of every sort of effect, a timer, and a person's word. */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { appendLine, readLines } from './body-log.js'

export const ROUNDS = 3

interface Work {
  readonly agent: string
  readonly round: number
}

/** Effects write to this file. Bodies last as long as their agent and round say, so that every run has the same work. */
export function jobAgent(log: string) {
  return defineAgent({
    name: 'job',
    version: 1,
    machine: jobMachine(log),
    input: z.object({ agent: z.string() }),
    events: { approve: z.object({ by: z.string() }) },
    effects: {
      think: { retry: { attempts: 3, delayMs: 20 }, timeoutMs: 20_000 },
      reserve: { safety: { reconcile: async ({ key }) => found(log, key) } },
      pay: { safety: 'never-retry' },
    },
  })
}

// oxlint-disable-next-line eslint/max-lines-per-function -- a chart
function jobMachine(log: string) {
  const body = (src: string) =>
    effect(async ({ input, key, signal }: EffectArgs<Work>) => {
      appendLine(log, { ...input, src, key, what: 'begun' })
      await lasting(input, signal)
      appendLine(log, { ...input, src, key, what: 'did' })
      return { key }
    })
  return setup({
    types: {
      input: {} as { agent: string },
      context: {} as { agent: string; round: number; receipts: string[] },
      events: {} as { type: 'approve'; by: string },
    },
    actors: {
      think: body('think'),
      look: body('look'),
      reserve: body('reserve'),
      pay: body('pay'),
      undo: body('undo'),
    },
    guards: { finished: ({ context }) => context.round > ROUNDS },
    delays: { breath: ({ context }) => 50 * context.round },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, round: 1, receipts: [] }),
    initial: 'preparing',
    states: {
      preparing: {
        always: { guard: 'finished', target: 'done' },
        type: 'parallel',
        states: {
          thinking: one('think'),
          looking: one('look'),
        },
        onDone: 'reserving',
      },
      reserving: { invoke: { src: 'reserve', input: work, onDone: 'paying', onError: 'undoing' } },
      paying: {
        invoke: {
          src: 'pay',
          input: work,
          onDone: {
            target: 'breathing',
            actions: assign({ receipts: ({ context, event }) => [...context.receipts, event.output.key] }),
          },
          onError: 'undoing',
        },
      },
      undoing: { invoke: { src: 'undo', input: work, onDone: 'breathing', onError: 'breathing' } },
      breathing: { after: { breath: 'asking' } },
      asking: {
        on: { approve: { target: 'preparing', actions: assign({ round: ({ context }) => context.round + 1 }) } },
      },
      done: { type: 'final' },
    },
  })
}

const work = ({ context: { agent, round } }: { context: Work }): Work => ({ agent, round })

function one<S extends 'think' | 'look'>(src: S) {
  return {
    initial: 'working' as const,
    states: {
      working: { invoke: { src, input: work, onDone: 'worked' as const } },
      worked: { type: 'final' as const },
    },
  }
}

/** The other system's answer: it knows what was done under a key. */
function found(log: string, key: string): { output: { key: string } } | 'not-done' {
  return readLines(log).some((line) => line.key === key && line.what === 'did') ? { output: { key } } : 'not-done'
}

function lasting({ agent, round }: Work, signal: AbortSignal): Promise<void> {
  let sum = round
  for (const char of agent) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 997
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 5 + (sum % 120))
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
