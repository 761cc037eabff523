/** The work of every measurement: an agent of ten steps, each with an effect of about 200 bytes of JSON. */
import { defineAgent } from '@refold/core'
import { assign, fromPromise, setup } from 'xstate'

export const STEPS = 10
/** Where the first process of W4 is killed. */
export const HANGS_AT = 5

export interface StepResult {
  readonly agent: string
  readonly step: number
  readonly role: string
  readonly content: string
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number }
  readonly stop: string
}

/** A stand-in for a model call's answer. */
export function makeResult(agent: string, step: number): StepResult {
  return {
    agent,
    step,
    role: 'assistant',
    content: 'The next thing to do is to look at the file that the last tool call named, and to see.',
    usage: { input: 1200 + step, output: 64, cached: 1000 },
    stop: 'tool_use',
  }
}

/** Called at the start of each effect body. */
export type OnBody = (agent: string, step: number) => Promise<StepResult>

interface Context {
  agent: string
  steps: number
  keep: boolean
  step: number
  results: StepResult[]
}

/** The machine, around an effect body of the measurement's own. `parked`: it waits for GO first. */
export function stepMachine(onBody: OnBody, initial: 'working' | 'parked' = 'working') {
  return setup({
    types: {
      context: {} as Context,
      input: {} as { agent: string; steps: number; keep: boolean },
      events: {} as { type: 'GO' },
    },
    actors: {
      call: fromPromise<StepResult, { agent: string; step: number }>(({ input }) => onBody(input.agent, input.step)),
    },
    guards: { finished: ({ context }) => context.step > context.steps },
  }).createMachine({
    id: 'agent',
    context: ({ input }) => ({ ...input, step: 1, results: [] }),
    initial,
    states: {
      parked: { on: { GO: 'working' } },
      working: {
        always: { guard: 'finished', target: 'done' },
        invoke: {
          src: 'call',
          input: ({ context }) => ({ agent: context.agent, step: context.step }),
          onDone: {
            target: 'working',
            reenter: true,
            actions: assign(({ context, event }) => ({
              step: context.step + 1,
              results: context.keep ? [...context.results, event.output] : [event.output],
            })),
          },
        },
      },
      done: { type: 'final' },
    },
  })
}

/** The definition of that machine as an agent. */
export function stepAgent(
  onBody: OnBody,
  { initial = 'working', name = 'bench' }: { readonly initial?: 'working' | 'parked'; readonly name?: string } = {},
) {
  return defineAgent({ name, version: 1, machine: stepMachine(onBody, initial) })
}
