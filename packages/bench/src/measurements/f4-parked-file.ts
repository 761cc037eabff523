/** F4: a file with 100,000 parked agents: what a worker's start costs, and how late the timers fire that are due. */
import { join } from 'node:path'
import { createWorker } from '@refold/core'
import type { Worker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { timed } from '../figures.js'
import type { Figures } from '../figures.js'
import { sleeperAgent, SLEEPERS, startSleepers } from '../sleeper.js'

const SOON = 500
const SOON_WITHIN_MS = 2_000

export async function startBesideParked(directory: string): Promise<Figures> {
  const sleeper = sleeperAgent()
  let worker: Worker | undefined
  const seconds = await timed(async () => {
    worker = await createWorker({ store: sqliteStore(join(directory, SLEEPERS)), agents: [sleeper] })
    await worker.recovered
  })
  const megabytes = process.memoryUsage().rss / 1e6
  if (worker === undefined) throw new Error('no worker')
  const firstAt = Date.now() + 3_000
  const dueAt = (index: number): number => firstAt + (index * SOON_WITHIN_MS) / SOON
  const agents = await startSleepers(worker, sleeper, { count: SOON, prefix: `soon-${process.pid}`, dueAt })
  const states = await Promise.all(agents.map((agent) => agent.waitFor((state) => state.matches('awake'))))
  const late = states.map(({ context }) => context.lateMs)
  await worker.close()
  return { seconds, megabytes, lateMs: Math.max(...late) }
}
