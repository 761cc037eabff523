/** M1: what is asked of all agents, in a file of 100,000 that sleep. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, createWorker, planRecovery } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { median, timed } from '../figures.js'
import type { Figures } from '../figures.js'
import { megabytesOfRefold, millisecondsOfRefold } from '../refold-process.js'
import { sleeperAgent, SLEEPERS } from '../sleeper.js'

const LISTS = 3
const PAGES = 200

/** `refold ls` in a process of its own: the first page, as a terminal shows it, and all. */
export async function list(directory: string): Promise<Figures> {
  const command = ['ls', '--store', join(directory, SLEEPERS)]
  const page = Array.from({ length: LISTS }, () => millisecondsOfRefold([...command, '--limit', '100']))
  const all = millisecondsOfRefold(command)
  return { pageSeconds: median(page) / 1_000, allSeconds: all / 1_000, megabytes: megabytesOfRefold(command) }
}

/** Pages of a query by state, one behind the other. */
export async function findPage(directory: string): Promise<Figures> {
  const store = sqliteStore(join(directory, SLEEPERS))
  const client = await createClient({ store, agents: [sleeperAgent()] })
  const took: number[] = []
  let after: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const from = performance.now()
    const found = await client.find({
      definition: 'sleeper',
      state: 'asleep',
      ...(after === undefined ? {} : { after }),
    })
    took.push(performance.now() - from)
    after = found.at(-1)?.stream
  }
  await client.close()
  return { pageMs: median(took) }
}

export async function plan(directory: string): Promise<Figures> {
  const store = sqliteStore(join(directory, SLEEPERS))
  const seconds = await timed(() => planRecovery({ store, agents: [sleeperAgent()] }))
  await store.close()
  return { seconds }
}

export async function rebuild(directory: string): Promise<Figures> {
  const store = sqliteStore(join(directory, SLEEPERS))
  const seconds = await timed(() => store.directory.rebuild())
  await store.close()
  return { seconds }
}

/** Of a copy, since it changes them. */
export async function pauseAll(directory: string): Promise<Figures> {
  const copy = join(directory, 'paused.db')
  copyFileSync(join(directory, SLEEPERS), copy)
  const worker = await createWorker({ store: sqliteStore(copy), agents: [sleeperAgent()] })
  await worker.recovered
  let count = 0
  const seconds = await timed(async () => ({ count } = await worker.pause()))
  await worker.close()
  for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true })
  return { seconds, count }
}
