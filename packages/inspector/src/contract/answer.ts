/** How the server answers, and how the page names what it asks. */

/** An error as JSON, as the command prints it with `--json`. */
export interface CodedError {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** Of each refusal, with the status that fits: 400, 401, 403, 404, 409, 413, 503. */
export interface Refusal {
  readonly error: CodedError
}

/** What the page learns first. */
export interface Session {
  readonly store: string
  /** `true`: it was opened with `--write`, and definitions are loaded: `definitions`. */
  readonly canWrite: boolean
  /** Why nothing can be done, in words with a hint. */
  readonly readOnlyBecause?: string
  readonly definitions: readonly { readonly name: string; readonly version: number }[]
  /** To be sent with each order, in `X-Refold-Token`. Absent: read-only. */
  readonly orderToken?: string
  /** Name that orders are recorded under, if `REFOLD_BY` says one. */
  readonly by?: string
  /** Refold's. */
  readonly version: string
  /** A file was opened in place of a store: nothing is live, and there is no fleet to act on. */
  readonly isFile: boolean
}

/** The server's paths below `/api`, all GET unless they say otherwise; `:agent` is a stream, `:at` a revision. */
export const ROUTES = {
  /** POST `{token}`: the token of the address becomes a cookie. */
  open: '/api/open',
  session: '/api/session',
  /** SSE; `?agent=` and `&after=` its revision, `?fleet=1`; events as `contract/live.ts` names them. */
  live: '/api/live',
  head: '/api/agents/:agent',
  /** `?from&to`: default all. */
  skeleton: '/api/agents/:agent/skeleton',
  /** `?from&to`, at most 500: `RecordRow[]`. */
  rows: '/api/agents/:agent/rows',
  /** `HistoryRecord`, whole or with `Cut`s. */
  record: '/api/agents/:agent/records/:at',
  point: '/api/agents/:agent/points/:at',
  /** `?path&from`: a value that was cut: `ValuePart`. */
  value: '/api/agents/:agent/points/:at/value',
  /** `?from&to` */
  diff: '/api/agents/:agent/diff',
  /** `?path&at` */
  blame: '/api/agents/:agent/blame',
  explain: '/api/agents/:agent/explain/:at',
  /** `?where` as `refold find` takes it, or a JSON array of several that hold together: `FlipView[]`, the first 1,000. */
  find: '/api/agents/:agent/find',
  /** `?path`: revisions whose record touched this field, for "previous and next change of the selected field". */
  changes: '/api/agents/:agent/changes',
  /** `?from&to` */
  lanes: '/api/agents/:agent/lanes',
  /** `?at` */
  transcript: '/api/agents/:agent/transcript',
  /** `?at&config`, the path of what exports the definitions, for its import: text of a vitest file. */
  test: '/api/agents/:agent/test',
  /** The agent as an export, for a file to keep. */
  export: '/api/agents/:agent/export',
  /** `?left=a@r&right=b@r`, each without `@r` as it is now: `CompareView`. */
  compare: '/api/compare',
  /** `ChartView` of a fingerprint; `?machine=/src` or `/src/src`: of a child machine, by the JSON pointer of the sources that lead to it. */
  chart: '/api/charts/:fingerprint',
  /** POST: a stored chart of an opened file, to be placed: `ChartView`. `?machine` too. */
  place: '/api/charts',
  /** `FleetView`; filters in the query. */
  fleet: '/api/fleet',
  /** `AgentRows`; filters, `after`, `limit` (at most 200, default 100). */
  agents: '/api/agents',
  /** `?definition&version`: `HeatView`. */
  heat: '/api/heat',
  /** `InboxView`. */
  inbox: '/api/inbox',
  /** What can be done with an agent: `ActionsView`. */
  actions: '/api/agents/:agent/actions',
  /** POST an `Order`, with the token. */
  order: '/api/orders',
} as const
