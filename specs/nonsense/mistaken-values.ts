/** A call of each function that takes options, with a value that its option does not take: by the function, and the place that is told. */
import { agentMetrics, createMetrics, createWorld, memoryStore, observeAttempts } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { createInspector } from '@refold/inspector'
import { sqliteStore } from '@refold/sqlite'
import { createTelemetry } from '../../packages/otel/src/index.js'

export interface MistakenCall {
  readonly name: string
  /** Of the option, as the error tells it. */
  readonly path: string
  readonly call: () => unknown
}

type Loose = (...args: readonly unknown[]) => unknown
const loose = (called: unknown): Loose => called as Loose

const store = memoryStore()
const connectionString = 'esdb://localhost:2113?tls=false'

/** What no option of these is, beside what is near to one. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  driver: ['sqlite', {}, 5],
  busyTimeoutMs: ['5', -1, Number.NaN],
  pollIntervalMs: ['15', 0, Number.NaN],
  sync: ['backgroud', true],
  maxAppendBytes: ['5', 0, 1.5],
  readOnly: ['false', 1],
  prefix: [5],
  timeoutMs: ['5', 0, Number.NaN],
  checkpointEveryEvents: ['5', 0, 1.5],
  port: ['80', -1, 65_536, Number.NaN],
  host: [5],
  file: [5],
  tls: ['cert'],
  auth: ['false'],
  advertisedHost: [5],
  projections: ['false'],
  write: ['false', 1],
  by: [5],
  name: [5],
  places: ['here'],
  'places.store': [5],
  clock: [5, {}],
  random: [5],
  newId: [5],
  logger: [{}],
  keepAlive: [5],
  onEndSignal: [5],
  onBegun: [5],
  onEnded: [5, undefined],
  tracerProvider: [5, {}],
  meterProvider: [5, {}],
  ids: ['x', {}],
}

function of(name: string, paths: readonly string[], call: (options: Readonly<Record<string, unknown>>) => unknown) {
  return paths.flatMap((path) =>
    (WRONG[path] ?? []).map((value) => {
      const [outer = path, inner] = path.split('.')
      const options = { [outer]: inner === undefined ? value : { [inner]: value } }
      return { name: `${name} ${path} ${JSON.stringify(value)}`, path, call: () => call(options) }
    }),
  )
}

export const MISTAKEN: readonly MistakenCall[] = [
  ...of('sqliteStore', ['driver', 'busyTimeoutMs', 'pollIntervalMs', 'sync', 'maxAppendBytes', 'readOnly'], (options) =>
    loose(sqliteStore)('never-made.db', options),
  ),
  ...of('eventStoreDBStore', ['prefix', 'timeoutMs', 'checkpointEveryEvents', 'pollIntervalMs'], (options) =>
    loose(eventStoreDBStore)({ connectionString, ...options }),
  ),
  ...of(
    'startDevServer',
    ['port', 'host', 'file', 'tls', 'auth', 'advertisedHost', 'projections', 'maxAppendBytes'],
    (options) => loose(startDevServer)(options),
  ),
  ...of('createInspector', ['port', 'host', 'tls', 'write', 'by', 'name', 'places', 'places.store'], (options) =>
    loose(createInspector)({ store, ...options }),
  ),
  ...of('createWorld', ['clock', 'random', 'newId', 'logger', 'keepAlive', 'onEndSignal'], loose(createWorld)),
  ...of('createMetrics', ['clock'], loose(createMetrics)),
  ...of('agentMetrics', ['clock'], (options) => loose(agentMetrics)(store.directory, options)),
  ...of('observeAttempts', ['clock', 'onBegun', 'onEnded'], (options) =>
    loose(observeAttempts)({ onEnded: () => {}, ...options }),
  ),
  ...of('createTelemetry', ['tracerProvider', 'meterProvider', 'ids'], loose(createTelemetry)),
]
