/** What is done to the fleet, in an order that the seed gives. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Fleet } from './fleet.js'
import { LEASE_MS } from './soak.config.js'

/** When a process stood still: what it did right after it woke, it could not know better. */
export interface Standstill {
  readonly pid: number
  readonly from: number
  readonly to: number
}

export interface Disturber {
  readonly counts: Record<string, number>
  readonly standstills: readonly Standstill[]
  /** Disturbs until the time is up; then everything that was stopped runs again. */
  run(untilMs: number): Promise<void>
}

export function disturber(
  fleet: Fleet,
  options: { readonly directory: string; readonly random: () => number },
): Disturber {
  const { random } = options
  const file = join(options.directory, 'agents.db')
  const onServer = (process.env['REFOLD_ESDB_URL'] ?? '') !== '' // there is no file then
  const counts: Record<string, number> = {}
  const standstills: Standstill[] = []
  const pick = (): number | undefined => fleet.workers[Math.floor(random() * fleet.workers.length)]
  const acts: readonly (readonly [weight: number, name: string, act: () => Promise<void>])[] = [
    [10, 'one worker killed', async () => kill(pick())],
    [2, 'all workers killed', async () => fleet.workers.forEach(kill)],
    [
      4,
      'one worker stopped for longer than its lease',
      async () => stand(standstills, pick(), LEASE_MS * (1.2 + random())),
    ],
    [3, 'one worker stopped for a moment', async () => stand(standstills, pick(), 50 + 400 * random())],
    [1, 'supervisor killed', async () => (fleet.killSupervisor(), await sleep(200), fleet.start())],
    [onServer ? 0 : 1, 'file locked for longer than a lease', () => lock(file, LEASE_MS * 1.5)],
  ]
  const total = acts.reduce((sum, [weight]) => sum + weight, 0)
  return {
    counts,
    standstills,
    async run(untilMs) {
      while (Date.now() < untilMs) {
        await sleep(200 + 1_800 * random())
        let ticket = random() * total
        const chosen = acts.find(([weight]) => (ticket -= weight) < 0)
        if (chosen === undefined) continue
        const [, name, act] = chosen
        counts[name] = (counts[name] ?? 0) + 1
        await act()
      }
    },
  }
}

function kill(pid: number | undefined): void {
  signal(pid, 'SIGKILL')
}

async function stand(standstills: Standstill[], pid: number | undefined, forMs: number): Promise<void> {
  if (pid === undefined) return
  const from = Date.now()
  signal(pid, 'SIGSTOP')
  await sleep(forMs)
  signal(pid, 'SIGCONT')
  standstills.push({ pid, from, to: Date.now() })
}

/** It may be gone already. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch {}
}

/** As a backup or a hand at the shell would. */
async function lock(file: string, forMs: number): Promise<void> {
  const db = new Database(file, { timeout: 5_000 })
  try {
    db.exec('BEGIN EXCLUSIVE')
    await sleep(forMs)
    db.exec('ROLLBACK')
  } finally {
    db.close()
  }
}
