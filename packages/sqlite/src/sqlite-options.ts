/** Options of `sqliteStore`, and their defaults. */
import { checkedOptions, fromGiven, optionRule } from '@refold/core/store'
import type { OptionRule } from '@refold/core/store'
import type { DriverChoice } from './driver/load-driver.js'

/** How the store opens its file, how long it waits for others at it, and when a commit counts as durable. */
export interface SqliteStoreOptions {
  /** Default: Node's own SQLite where it has one, else better-sqlite3. One driver only for one file in one process. */
  readonly driver?: DriverChoice
  /**
   * How long an operation waits for a lock that another process holds before it rejects with `STORE_REJECTED`. Default:
   * 90 s, so that a file locked for a minute, by a backup or a hand at the sqlite3 shell, is waited for.
   */
  readonly busyTimeoutMs?: number
  /** How often to look for appends of other processes, while someone listens for them. Default: 15 ms. */
  readonly pollIntervalMs?: number
  /**
   * Where the wait for the disk happens. `inline` (the default) holds up the event loop for it: the least latency for a
   * process that does one thing. `background`: for a server with many clients; what comes meanwhile shares the next
   * commit. An append is answered after it is on the disk with both; with `background` a reader may see it a moment before.
   */
  readonly sync?: 'inline' | 'background'
  /** Default: 16 MiB. */
  readonly maxAppendBytes?: number
  /**
   * For looking only: the file must be there, of the newest schema, and nothing is written to it; appends and registers reject with
   * `STORE_FATAL`. The right to read is enough: where this process may not make the file's lock file, and no other has it open, a copy is
   * read that is made when it is opened, and what is appended later is not seen. Default: `false`.
   */
  readonly readOnly?: boolean
}

export type ResolvedOptions = Required<Omit<SqliteStoreOptions, 'driver'>> & {
  readonly driver: DriverChoice | undefined
}

const DEFAULTS = {
  busyTimeoutMs: 90_000,
  pollIntervalMs: 15,
  sync: 'inline',
  maxAppendBytes: 16 * 1024 * 1024,
  readOnly: false,
} as const satisfies Omit<ResolvedOptions, 'driver'>

const { flag, count, ms, oneOf } = optionRule
const namedDriver = oneOf('node:sqlite', 'better-sqlite3')
const RULES: { readonly [K in keyof SqliteStoreOptions]-?: OptionRule } = {
  driver: {
    ...namedDriver,
    holds: (value) => namedDriver.holds(value) || typeof Object(value).open === 'function',
    problem: `${namedDriver.problem}, or a driver: { name, open }`,
  },
  busyTimeoutMs: ms(0),
  pollIntervalMs: ms(1),
  sync: oneOf('inline', 'background'),
  maxAppendBytes: count,
  readOnly: flag,
}

/** Throws `INVALID_INPUT` for an option that is not known, as a mistyped `readOnly` would write, and for a value that is none of its own. */
export function resolveOptions(given: SqliteStoreOptions): ResolvedOptions {
  const { driver, ...options } = checkedOptions(
    fromGiven('sqliteStore', () => ({ ...given })),
    RULES,
  )
  return { ...DEFAULTS, ...options, driver }
}
