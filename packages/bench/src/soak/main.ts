/** `npm run soak`: a fleet under fire, and the check of what it promised. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeFrom } from '@refold/cli'
import { readLines } from './body-log.js'
import { openCaller } from './caller.js'
import type { Caller } from './caller.js'
import { violations } from './check.js'
import { disturber } from './disturbances.js'
import type { Disturber } from './disturbances.js'
import { Fleet } from './fleet.js'
import { HELP, readOptions } from './options.js'
import type { SoakOptions } from './options.js'
import { seededRandom } from './seeded-random.js'

const TELL_EVERY_MS = 15_000
const END_WITHIN_MS = 120_000

const options = readOptions(process.argv.slice(2))
if (options === undefined) console.log(HELP)
else process.exitCode = await soak(options)

async function soak({ minutes, seed, workers, rate }: SoakOptions): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'refold-soak-'))
  const untilMs = Date.now() + minutes * 60_000
  console.log(`soak: ${minutes} minutes, ${workers} workers, ${rate} agents a second, seed ${seed}, in ${directory}`)
  const fleet = new Fleet({ directory, workers })
  fleet.start()
  const caller = await openCaller(directory)
  const disturbing = disturber(fleet, { directory, random: seededRandom(seed) })
  const progress = setInterval(() => tell({ caller, disturbing, fleet }), TELL_EVERY_MS)
  await Promise.all([caller.startAgents({ untilMs, rate }), disturbing.run(untilMs)])
  const problems: string[] = []
  await caller.allEnded(END_WITHIN_MS).catch((error: unknown) => problems.push(String(error)))
  clearInterval(progress)
  await caller.close()
  const exitCode = await fleet.end()
  if (exitCode !== 0) problems.push(`refold up ended with code ${exitCode}`)

  const store = await storeFrom(join(directory, 'agents.db'))
  const { started, approved } = caller
  const lines = readLines(join(directory, 'bodies.jsonl'))
  problems.push(...(await violations({ store, lines, started, approved, standstills: disturbing.standstills })))
  await store.close()
  report({ caller, disturbing, fleet, directory, problems })
  if (problems.length === 0) rmSync(directory, { recursive: true })
  else writeFileSync(join(directory, 'fleet.log'), fleet.printed.join('\n'))
  return problems.length === 0 ? 0 : 1
}

interface Soak {
  readonly caller: Caller
  readonly disturbing: Disturber
  readonly fleet: Fleet
}

function tell({ caller, disturbing, fleet }: Soak): void {
  const disturbances = Object.values(disturbing.counts).reduce((sum, count) => sum + count, 0)
  const takeovers = Object.values(fleet.takeovers).reduce((sum, count) => sum + count, 0)
  console.log(`  ${caller.started.size} agents started, ${disturbances} disturbances, ${takeovers} takeovers`)
}

function report({
  caller,
  disturbing,
  fleet,
  directory,
  problems,
}: Soak & { directory: string; problems: readonly string[] }): void {
  const lines = readLines(join(directory, 'bodies.jsonl'))
  const begun = lines.filter(({ what }) => what === 'begun')
  const repeats = begun.length - new Set(begun.map(({ key }) => key)).size
  const file = join(directory, 'agents.db')
  console.log(
    [
      `agents: ${caller.started.size} started, ${caller.approved.size} approvals acknowledged`,
      `bodies: ${begun.length} begun, ${repeats} of them repeats`,
      `in doubt: ${caller.decided.completed} completed, ${caller.decided.failed} failed by the caller's decision`,
      ...Object.entries(disturbing.counts).map(([what, count]) => `${what}: ${count}`),
      `takeovers: ${Object.entries(fleet.takeovers)
        .map(([why, count]) => `${why} ${count}`)
        .join(', ')}`,
      `store: ${existsSync(file) ? Math.round(statSync(file).size / 1024) : 0} KiB`,
      ...problems.slice(0, 20).map((problem) => `VIOLATION ${problem}`),
      `violations: ${problems.length}${problems.length === 0 ? '' : ` (evidence in ${directory})`}`,
    ].join('\n'),
  )
}
