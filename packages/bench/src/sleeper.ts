/** An agent that sleeps until a moment it is given, and files with many of them. */
import { join } from 'node:path'
import { createWorker, defineAgent } from '@refold/core'
import type { AgentOf, Worker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'

/** In the directory that `writeParked` was given. */
export const SLEEPERS = 'sleepers.db'

const AT_ONCE = 500
const LATER_MS = 24 * 3_600_000

/** `onAwake` is called when its timer has fired and that is stored. */
export function sleeperAgent(onAwake: () => void = () => {}) {
  return defineAgent({
    name: 'sleeper',
    version: 1,
    machine: setup({
      types: { input: {} as { dueAt: number }, context: {} as { dueAt: number; lateMs: number } },
      delays: { due: ({ context }) => Math.max(0, context.dueAt - Date.now()) },
      actions: { tell: onAwake },
    }).createMachine({
      context: ({ input }) => ({ dueAt: input.dueAt, lateMs: -1 }),
      initial: 'asleep',
      states: {
        asleep: {
          after: { due: { target: 'awake', actions: assign({ lateMs: ({ context }) => Date.now() - context.dueAt }) } },
        },
        awake: { entry: 'tell' },
      },
    }),
  })
}

export type Sleeper = ReturnType<typeof sleeperAgent>

/** Writes a file of agents that sleep for a day. */
export async function writeParked(directory: string, agents: number): Promise<void> {
  const sleeper = sleeperAgent()
  const worker = await createWorker({ store: sqliteStore(join(directory, SLEEPERS)), agents: [sleeper] })
  await startSleepers(worker, sleeper, { count: agents, prefix: 'parked', dueAt: () => Date.now() + LATER_MS })
  await worker.close()
}

interface Starts {
  readonly count: number
  readonly prefix: string
  readonly dueAt: (index: number) => number
}

/** Resolves to the last of them: all would be too many to hold. */
export async function startSleepers(
  worker: Worker,
  sleeper: Sleeper,
  { count, prefix, dueAt }: Starts,
): Promise<readonly AgentOf<Sleeper>[]> {
  let last: readonly AgentOf<Sleeper>[] = []
  for (let at = 0; at < count; at += AT_ONCE)
    last = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, index) =>
        worker.start(sleeper, { id: `${prefix}-${at + index}`, input: { dueAt: dueAt(at + index) } }),
      ),
    )
  return last
}
