/** L1: one agent that has many effects at once, many timers at once, or many steps behind it. On the memory store: the engine's own cost. */
import { createRuntime, defineAgent, memoryStore } from '@refold/core'
import { assign, enqueueActions, fromPromise, setup } from 'xstate'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent } from '../workload.js'
import type { StepResult } from '../workload.js'

export type LiveKind = 'effects' | 'timers' | 'steps'

const COUNTS = [100, 1_600, 5_000]
/** What grows with the square is not waited for: what is told is of those that ended by then, and more are not tried. */
const LIMIT_MS = 60_000

/** Milliseconds for each of them. */
export async function live(_directory: string, kind: LiveKind): Promise<Figures> {
  await run(kind, 50) // warm
  const figures: Record<string, number> = {}
  for (const count of COUNTS) {
    const { ended, ms } = await run(kind, count)
    figures[`at${count}`] = ms / ended
    if (ended < count) break
  }
  return figures
}

async function run(kind: LiveKind, count: number): Promise<{ readonly ended: number; readonly ms: number }> {
  let ended = 0
  const agent = kind === 'steps' ? steps(() => ended++) : fan(kind, () => ended++)
  const runtime = await createRuntime({ store: memoryStore(), agents: [agent] })
  const from = performance.now()
  const started = await runtime.start(agent, { id: 'live', input: { agent: 'live', steps: count, keep: false } })
  await Promise.race([started.done(), new Promise((resolve) => setTimeout(resolve, LIMIT_MS).unref())])
  const ms = performance.now() - from
  if (ended === count) await runtime.close() // it would wait for what is left
  return { ended, ms }
}

function steps(onEnd: () => void) {
  return stepAgent((name, step) => {
    onEnd()
    return Promise.resolve(makeResult(name, step))
  })
}

/** It asks for all in one step, and takes what comes of them one by one. */
function fan(kind: 'effects' | 'timers', onEnd: () => void) {
  const machine = setup({
    types: {
      context: {} as { steps: number; ended: number },
      input: {} as { agent: string; steps: number; keep: boolean },
      events: {} as { type: 'TICK' },
    },
    actors: { call: fromPromise<StepResult, number>(({ input }) => Promise.resolve(makeResult('live', input))) },
    actions: {
      begin: enqueueActions(({ enqueue, context }) => {
        for (let n = 0; n < context.steps; n++)
          if (kind === 'effects') enqueue.spawnChild('call', { id: `call${n}`, input: n })
          else enqueue.raise({ type: 'TICK' }, { id: `timer${n}`, delay: 1 })
      }),
      count: assign({ ended: ({ context }) => context.ended + 1 }),
      tell: onEnd,
    },
    guards: { finished: ({ context }) => context.ended === context.steps },
  }).createMachine({
    context: ({ input }) => ({ steps: input.steps, ended: 0 }),
    initial: 'waiting',
    states: {
      waiting: {
        entry: 'begin',
        always: { guard: 'finished', target: 'over' },
        on: { TICK: { actions: ['count', 'tell'] }, 'xstate.done.actor.*': { actions: ['count', 'tell'] } },
      },
      over: { type: 'final' },
    },
  })
  return defineAgent({ name: 'live', version: 1, machine })
}
