/** The agent of the scenes: one piece of work that a test defines, then rest; events to leave, to begin again, to end. */
import { defineAgent, effect } from '@refold/core'
import type { AgentDefinition, AnyAgent, EffectArgs } from '@refold/core'
import type { ProcessEffects, SimulatedBody, SimulatedProcess, Simulation } from '@refold/testing'
import { assign, setup } from 'xstate'

export interface TaskInput {
  visit: number
  list: string[]
}

export interface TaskOptions {
  readonly run?: SimulatedBody<TaskInput, unknown>
  readonly policy?: object
  readonly version?: number
  /** Runs in the transition that takes the result. */
  readonly onResult?: (result: unknown) => void
}

/** The definition `task`, with its effect `work`. */
export function task(
  effects: ProcessEffects,
  { run = done, policy = {}, version = 1, onResult }: TaskOptions = {},
): AgentDefinition {
  return defineAgent({
    name: 'task',
    version,
    machine: chart(effects.body<TaskInput, unknown>('work', run), onResult),
    effects: { work: policy },
  })
}

function done(): string {
  return 'done'
}

/** So long by the process's own clock, then its result, which the outside world gives once per key. */
export function workFor(durationMs: number, result: unknown = 'done'): SimulatedBody<TaskInput, unknown> {
  return async (args) => {
    await args.sleep(durationMs)
    return args.perform(result)
  }
}

function chart(body: (args: EffectArgs<TaskInput>) => Promise<unknown>, onResult: TaskOptions['onResult']) {
  return setup({
    types: {
      context: {} as { visit: number; list: string[]; result: unknown; error: unknown },
      events: {} as { type: 'leave' } | { type: 'again' } | { type: 'end' } | { type: 'note'; text: string },
    },
    actors: { work: effect<unknown, TaskInput>(body) },
    actions: { count: assign({ visit: ({ context }) => context.visit + 1 }) },
  }).createMachine({
    context: { visit: 1, list: ['a'], result: null, error: null },
    initial: 'working',
    on: { note: { actions: assign({ list: ({ context, event }) => [...context.list, event.text] }) } },
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context }) => ({ visit: context.visit, list: context.list }),
          onDone: {
            target: 'resting',
            actions: assign({
              result: ({ event }) => {
                onResult?.(event.output)
                return event.output
              },
            }),
          },
          onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) },
        },
        on: { leave: 'left' },
      },
      resting: { on: { again: { target: 'working', actions: 'count' }, end: 'ended' } },
      left: { on: { again: { target: 'working', actions: 'count' }, end: 'ended' } },
      failed: { on: { again: { target: 'working', actions: 'count' }, end: 'ended' } },
      ended: { type: 'final' },
    },
  })
}

/** A worker of that name, started. */
export async function workerOf(
  simulation: Simulation,
  name: string,
  options: TaskOptions = {},
): Promise<SimulatedProcess> {
  const process = simulation.process(name, { agents: (effects) => [task(effects, options)] })
  await simulation.until(process.start())
  return process
}

/** The agent `task-1`, started in the process. */
export function begin(simulation: Simulation, process: SimulatedProcess): Promise<AnyAgent> {
  return simulation.until(process.startAgent('task', { id: '1' }))
}

/** Resolves when the agent is in the state. */
export async function until(simulation: Simulation, agent: AnyAgent, value: string): Promise<void> {
  await simulation.until(agent.waitFor((state) => state.matches(value as never)))
}

/** The types of the records of `task-1`. */
export async function types(simulation: Simulation): Promise<readonly string[]> {
  return (await simulation.records('task-1')).map((record) => record.type)
}
