/** M2: timers of 10,000 agents that are all due at the same moment, on a sqlite file: in the worker that started them, or before the next one starts. */
import { join } from 'node:path'
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { Figures } from '../figures.js'
import { sleeperAgent, startSleepers } from '../sleeper.js'

export type DueKind = 'live' | 'overdue'

const AGENTS = 10_000
/** Time to start them all. */
const AFTER_MS = 30_000

export async function timersAtOnce(directory: string, kind: DueKind): Promise<Figures> {
  let awake = 0
  let allAwake = (): void => {}
  const last = new Promise<void>((resolve) => (allAwake = resolve))
  const sleeper = sleeperAgent(() => {
    if (++awake === AGENTS) allAwake()
  })
  const open = () => createWorker({ store: sqliteStore(join(directory, 'm2.db')), agents: [sleeper] })
  const first = await open()
  const dueAt = Date.now() + AFTER_MS
  await startSleepers(first, sleeper, { count: AGENTS, prefix: 'due', dueAt: () => dueAt })
  if (kind === 'overdue') await first.close()
  if (Date.now() > dueAt) throw new Error(`starting ${AGENTS} agents took more than ${AFTER_MS} ms`)
  await new Promise((resolve) => setTimeout(resolve, dueAt - Date.now()))
  const worker = kind === 'overdue' ? await open() : first
  await last
  const seconds = (Date.now() - dueAt) / 1_000
  await worker.close()
  return { seconds }
}
