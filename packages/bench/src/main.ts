/**
 * `npm run bench`: every measurement in processes of its own, several times, in one run; ratios against bounds that are
 * measured beside it. Prints one table. A wide spread says that the machine was busy.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasRealServer, startServerProcess } from './esdb-process.js'
import { exitCodeOf, missedOf } from './judge.js'
import type { Row, Skipped } from './judge.js'
import { machineLines } from './machine.js'
import { HELP, readOptions } from './options.js'
import type { BenchOptions } from './options.js'
import { benchPeers } from './peers/bench-peers.js'
import { PLAN } from './plan.js'
import type { Setting } from './plan.js'
import { measure } from './runs.js'
import { floorsTable, tableText } from './table.js'

const NO_SERVER = 'no real EventStoreDB: the command eventstored is not on the PATH'
const EXIT = { failed: 1, usage: 2 } as const

process.exitCode = await main()

async function main(): Promise<number> {
  let options: BenchOptions | undefined
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return EXIT.usage
  }
  if (options === undefined) {
    console.log(HELP)
    return 0
  }
  return options.peers === undefined ? bench(options) : benchPeers({ ...options, only: options.peers })
}

/** A measurement that fails is told of at once, and is a failure in the end; the others go on. */
async function bench(options: BenchOptions): Promise<number> {
  const heading = [...machineLines(), `runs of each: ${options.runs}; the median is told`]
  const rows: (Row | Skipped)[] = []
  let failures = 0
  for (const setting of PLAN.filter(({ group }) => options.groups.includes(group)))
    await measureSetting(setting, { runs: options.runs, rows }).catch((error: unknown) => {
      failures++
      console.error(error)
    })
  const closing = [`floors missed: ${missedOf(rows).length}`]
  console.log(tableText(floorsTable(rows), { ...options, heading, closing }))
  return failures > 0 ? EXIT.failed : exitCodeOf(rows, options)
}

/** A server that is needed is started for it, unless one is named. */
async function measureSetting(
  setting: Setting,
  to: { readonly runs: number; readonly rows: (Row | Skipped)[] },
): Promise<void> {
  const isNamed = setting.needs === 'server' && process.env['REFOLD_ESDB_URL'] !== undefined
  if (setting.needs === undefined || isNamed) return measure(setting, to)
  if (!hasRealServer()) {
    to.rows.push(...Object.keys(setting.works).map((work) => ({ work, skipped: NO_SERVER })))
    return
  }
  if (setting.needs === 'eventstored') return measure(setting, to)
  const place = mkdtempSync(join(tmpdir(), 'refold-bench-'))
  const server = await startServerProcess('real', { directory: place })
  process.env['REFOLD_ESDB_URL'] = server.connectionString
  try {
    measure(setting, to)
  } finally {
    delete process.env['REFOLD_ESDB_URL']
    server.kill()
    rmSync(place, { recursive: true, force: true })
  }
}
