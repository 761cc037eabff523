/** F4: a file with 100,000 parked agents: what a worker's start costs, and how late the timers fire that are due. */
import { join } from 'node:path'
import { createWorker, defineAgent } from '@refold/core'
import type { Worker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'
import { timed } from '../figures.js'
import type { Figures } from '../figures.js'

const FILE = 'f4.db'
const LATER_MS = 24 * 3_600_000
const SOON = 500
const SOON_WITHIN_MS = 2_000

const sleeper = defineAgent({
  name: 'sleeper',
  version: 1,
  machine: setup({
    types: { input: {} as { dueAt: number }, context: {} as { dueAt: number; lateMs: number } },
    delays: { due: ({ context }) => Math.max(0, context.dueAt - Date.now()) },
  }).createMachine({
    context: ({ input }) => ({ dueAt: input.dueAt, lateMs: -1 }),
    initial: 'asleep',
    states: {
      asleep: {
        after: { due: { target: 'awake', actions: assign({ lateMs: ({ context }) => Date.now() - context.dueAt }) } },
      },
      awake: {},
    },
  }),
})

const open = (directory: string): Promise<Worker> =>
  createWorker({ store: sqliteStore(join(directory, FILE)), agents: [sleeper] })

/** Writes the file. */
export async function writeParked(directory: string, agents: number): Promise<void> {
  const worker = await open(directory)
  await startAgents(worker, { count: agents, prefix: 'parked', dueAt: () => Date.now() + LATER_MS })
  await worker.close()
}

/** In a fresh process, without `--expose-gc` or anything else that would change its size. */
export async function startBesideParked(directory: string): Promise<Figures> {
  let worker: Worker | undefined
  const seconds = await timed(async () => {
    worker = await open(directory)
    await worker.recovered
  })
  const megabytes = process.memoryUsage().rss / 1e6
  if (worker === undefined) throw new Error('no worker')
  const firstAt = Date.now() + 3_000
  const prefix = `soon-${process.pid}`
  const dueAt = (index: number): number => firstAt + (index * SOON_WITHIN_MS) / SOON
  const agents = await startAgents(worker, { count: SOON, prefix, dueAt })
  const states = await Promise.all(agents.map((agent) => agent.waitFor((state) => state.matches('awake'))))
  const late = states.map(({ context }) => context.lateMs)
  await worker.close()
  return { seconds, megabytes, lateMs: Math.max(...late) }
}

interface Starts {
  readonly count: number
  readonly prefix: string
  readonly dueAt: (index: number) => number
}

async function startAgents(worker: Worker, { count, prefix, dueAt }: Starts) {
  const started = []
  for (let at = 0; at < count; at += 500) {
    const batch = Array.from({ length: Math.min(500, count - at) }, (_, index) =>
      worker.start(sleeper, { id: `${prefix}-${at + index}`, input: { dueAt: dueAt(at + index) } }),
    )
    const agents = await Promise.all(batch)
    if (count === SOON) started.push(...agents)
  }
  return started
}
