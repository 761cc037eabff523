/** `npm run soak -- --help` */
import { parseArgs } from 'node:util'

export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  readonly workers: number
  /** Agents started a second. */
  readonly rate: number
}

export const HELP = `npm run soak -- [options]

A fleet under \`refold up\` works while its workers and its supervisor are killed, stopped and continued, and its file is
locked, at random. Then what the effects wrote to a file of their own is held against what is stored.
Where REFOLD_ESDB_URL names an EventStoreDB, it works there; give it one of its own.

  --minutes N   how long to disturb it (default 2)
  --workers N   worker processes (default 3)
  --rate N      agents started a second (default 8)
  --seed N      the seed of the disturbances (default: the time)

It ends with code 0 when nothing that was promised was broken, else with 1; the directory is then kept.`

/** \`undefined\`: help was asked for. Throws a plain error on bad usage. */
export function readOptions(args: readonly string[]): SoakOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '2' },
      workers: { type: 'string', default: '3' },
      rate: { type: 'string', default: '8' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const number = (name: 'minutes' | 'workers' | 'rate' | 'seed'): number => {
    const value = Number(values[name])
    if (Number.isFinite(value) && value > 0) return value
    throw new Error(`--${name} must be a positive number`)
  }
  return { minutes: number('minutes'), workers: number('workers'), rate: number('rate'), seed: number('seed') }
}
