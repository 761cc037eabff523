/** Options of `eventStoreDBStore`, and their defaults. */
import { checkedOptions, fromGiven, optionRule, RefoldError } from '@refold/core/store'
import type { OptionRule } from '@refold/core/store'

/** How the store reaches a server, and which of its streams are the store’s own. */
export interface EventStoreDBOptions {
  /** `esdb://…` or `esdb+discover://…`, as the client takes it: hosts, user and password, `tls`, `tlsCAFile`, `userCertFile`, … */
  readonly connectionString: string
  /**
   * Stands in front of every stream's name, so that several applications can use one server. Default: none; streams are then
   * named `<definition>-<id>`, and the category projections give one category per definition. A store without a prefix sees
   * every stream of the server, also those of others: where one application has a prefix, give all of them one, such as `shop.`.
   * It begins with neither `$` nor `~`: such streams are the server's own, and registers.
   */
  readonly prefix?: string
  /**
   * Longest wait for an answer of the server. Default: 10 s. The largest append, and the largest record that is read, must get
   * through within it: up to 900 KiB, which at less than 100 kB/s takes longer. Then `keepAliveTimeout` of the connection string has to be as long.
   */
  readonly timeoutMs?: number
  /** The directory is stored after so many events (or as many as it has agents), so that a start reads no more. Default: 2,000. */
  readonly checkpointEveryEvents?: number
  /** How often the log is looked at when the subscription gives nothing. Default: 10 s. */
  readonly pollIntervalMs?: number
}

export type ResolvedOptions = Required<EventStoreDBOptions>

/** Our own limit: the server of the LTS line takes 1 MiB for an append with everything that belongs to it. */
export const MAX_APPEND_BYTES = 900 * 1024

const DEFAULTS = { prefix: '', timeoutMs: 10_000, checkpointEveryEvents: 2000, pollIntervalMs: 10_000 } as const

const { text, count, ms } = optionRule
const RULES: { readonly [K in keyof EventStoreDBOptions]-?: OptionRule } = {
  connectionString: { ...text, hint: () => HINT },
  prefix: {
    holds: (value) => text.holds(value) && !/^[$~]/.test(value),
    problem: 'must be a text that begins with neither $ (streams of the server) nor ~ (registers)',
  },
  timeoutMs: ms(1),
  checkpointEveryEvents: count,
  pollIntervalMs: ms(1),
}
const HINT = 'For instance esdb://localhost:2113?tls=false'

/** Throws `INVALID_INPUT` for an option that is not known: with a mistyped `prefix` applications would share streams. */
export function resolveOptions(asked: string | EventStoreDBOptions): ResolvedOptions {
  const given = fromGiven('eventStoreDBStore', () =>
    typeof asked === 'string' ? { connectionString: asked } : { ...asked },
  )
  const options = checkedOptions(given, RULES)
  if (options.connectionString === undefined)
    throw new RefoldError('INVALID_INPUT', 'connectionString: must be a text', {
      hint: HINT,
      facts: { path: 'connectionString' },
    })
  return { ...DEFAULTS, ...options }
}

/** Options behind the connection string, as `sqliteStore` has them behind the file, would be ignored in silence. */
export function assertAlone(second: unknown): void {
  if (typeof second !== 'object') return // a number comes from `map`
  throw new RefoldError('INVALID_INPUT', 'options: there is one argument only', {
    hint: 'Write eventStoreDBStore({ connectionString, prefix }).',
    facts: { path: 'options' },
  })
}
