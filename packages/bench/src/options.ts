/** `npm run bench -- --help` */
import { parseArgs } from 'node:util'
import { GROUPS } from './plan.js'
import type { Group } from './plan.js'

export interface BenchOptions {
  readonly groups: readonly Group[]
  /** The peers are compared instead; these, or all. */
  readonly peers: readonly string[] | undefined
  /** A floor that is missed is a failure. */
  readonly floors: boolean
  readonly markdown: boolean
  /** How often each is run. */
  readonly runs: number
}

const names = Object.entries(GROUPS).map(([group, what]) => `  ${group.padEnd(14)}${what}`)

export const HELP = `npm run bench -- [group…] [options]      the workloads beside bounds of the same run; default: all groups
npm run bench -- peers [peer…] [options]  the same work done by others, with kills; docs/benchmarks.md says how

${names.join('\n')}

  --floors     exit code 1 when a floor is missed
  --markdown   the table for a page
  --runs N     how often each is run (default 3); the median is told

E1–E4 and a part of D1 need a real EventStoreDB: the command eventstored on the PATH, for E1–E4 also one that
REFOLD_ESDB_URL names. Without it they are SKIPPED.`

/** \`undefined\`: help was asked for. Throws a plain error on bad usage. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      floors: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      runs: { type: 'string', default: '3' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const { floors, markdown } = values
  const runs = Number(values.runs)
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('--runs must be a positive integer')
  if (positionals[0] === 'peers') return { groups: [], peers: positionals.slice(1), floors, markdown, runs }
  const all = Object.keys(GROUPS) as Group[]
  const unknown = positionals.find((name) => !all.includes(name as Group))
  if (unknown !== undefined) throw new Error(`there is no group ${unknown} (--help names them)`)
  const groups = positionals.length > 0 ? (positionals as Group[]) : all
  return { groups, peers: undefined, floors, markdown, runs }
}
