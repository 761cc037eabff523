/** A call of each function that takes options, with a value that its option does not take: by the function, and the place that is told. */
import {
  agentMetrics,
  copyStreams,
  createClient,
  createMetrics,
  createRuntime,
  createWorker,
  createWorld,
  drainWorker,
  examineStore,
  formatForkPlan,
  formatPlan,
  importStreams,
  memoryStore,
  observeAttempts,
  planMigration,
  planRecovery,
  verifyAgents,
  verifyHistory,
} from '@refold/core'
import { exportStreams, openHistory, readChart, readState, recentRecords } from '@refold/core/history'
import { transcriptProjection } from '@refold/core/projections'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { createInspector } from '@refold/inspector'
import { sqliteStore } from '@refold/sqlite'
import { checkRecovery, Simulation, storeContract, storeDifferential } from '@refold/testing'
import { otlpTraces } from '../../packages/otel/src/history.js'
import { createTelemetry } from '../../packages/otel/src/index.js'
import { WRONG } from './wrong-values.js'
import {
  agent,
  agents,
  client,
  file,
  first,
  history,
  lamp,
  loose,
  method,
  projection,
  simulation,
  store,
  watched,
} from './lamp.js'

export interface MistakenCall {
  readonly name: string
  /** Of the option, as the error tells it. */
  readonly path: string
  readonly call: () => unknown
}

const connectionString = 'esdb://localhost:2113?tls=false'

function of(name: string, paths: readonly string[], call: (options: Readonly<Record<string, unknown>>) => unknown) {
  return paths.flatMap((path) =>
    (WRONG[path] ?? []).map((value) => {
      const [outer = path, inner] = path.split('.')
      const options = { [outer]: inner === undefined ? value : { [inner]: value } }
      return { name: `${name} ${path} ${JSON.stringify(value)?.slice(0, 40)}`, path, call: () => call(options) }
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
  ...of('otlpTraces', ['service'], (options) => loose(otlpTraces)([], options)),
  // processes
  ...[createRuntime, createWorker, createClient].flatMap((create) =>
    of(
      create.name,
      ['store', 'agents', 'projections', 'world', 'world.clock', 'observers', 'codecs', 'upcasters', 'onReport'],
      (options) => loose(create)({ store, agents, ...options }),
    ),
  ),
  ...of(
    'createRuntime',
    ['worker.leaseDurationMs', 'worker.heartbeatEveryMs', 'snapshots.everyEvents', 'onTakeover'],
    (options) => loose(createRuntime)({ store, agents, ...options }),
  ),
  ...of(
    'createWorker',
    ['leaseDurationMs', 'heartbeatEveryMs', 'closeGraceMs', 'capacity', 'takeoverAfterMs', 'releaseOnSignal'],
    (options) => loose(createWorker)({ store, agents, ...options }),
  ),
  ...of('drainWorker', ['deadlineMs', 'bodies', 'by', 'reason', 'signal'], (options) =>
    loose(drainWorker)(store, 'w1', options),
  ),
  // an agent's handle
  ...of('agent.send', ['by', 'reason', 'whenBlocked'], (options) => method(agent, 'send')({ type: 'go' }, options)),
  ...of('agent.waitFor', ['timeoutMs', 'signal', 'whenBlocked'], (options) =>
    method(agent, 'waitFor')(() => true, options),
  ),
  ...of('agent.done', ['timeoutMs', 'signal', 'whenBlocked'], (options) => method(agent, 'done')(options)),
  ...['pause', 'resume', 'retry'].flatMap((order) =>
    of(`agent.${order}`, ['by', 'reason'], (options) => method(agent, order)(options)),
  ),
  ...of('agent.cancel', ['by', 'reason', 'deadlineMs', 'children'], (options) => method(agent, 'cancel')(options)),
  // a client
  ...of('client.start', ['by'], (options) => method(client, 'start')(lamp, { id: '9', ...options })),
  ...of('client.migrate', ['beginMissing', 'by', 'reason'], (options) => method(client, 'migrate')(lamp, '1', options)),
  ...['fork', 'planFork'].flatMap((fork) =>
    of(`client.${fork}`, ['patch', 'beginMissing', 'timers', 'keys', 'run', 'by', 'reason'], (options) =>
      method(client, fork)(lamp, '1', { as: '4', ...options }),
    ),
  ),
  ...of(
    'client.find',
    ['definition', 'version', 'status', 'condition', 'state', 'owner', 'hasWork', 'dueBefore', 'after', 'limit'],
    (options) => method(client, 'find')(options),
  ),
  ...of('client.follow', ['agents', 'hideSecrets', 'signal', 'stalledAfterMs', 'from.at'], (options) =>
    first(method(client, 'follow')(options)),
  ),
  ...of('client.lag', ['agents'], (options) => method(client, 'lag')('start', options)),
  ...['pause', 'resume'].flatMap((hold) =>
    of(`client.${hold}`, ['definition', 'by', 'reason'], (options) => method(client, hold)(options)),
  ),
  ...of('client.project', ['onStatus', 'rebuild'], (options) => method(client, 'project')(watched, options)),
  ...['retry', 'skip'].flatMap((order) =>
    of(`consumer.${order}`, ['by', 'reason'], (options) => method(client.consumer('counter'), order)('all', options)),
  ),
  ...of('projection.entries', ['after', 'limit'], (options) => first(method(projection, 'entries')(options))),
  ...of('projection.at', ['timeoutMs', 'signal'], (options) => method(projection, 'at')(agent, options)),
  ...of('projection.rebuild', ['signal'], (options) => method(projection, 'rebuild')(options)),
  ...of('transcriptProjection', ['agents', 'messages', 'callOf'], (options) =>
    loose(transcriptProjection)({
      agents,
      messages: () => [],
      calls: () => [],
      answers: () => [],
      missing: () => ({}),
      ...options,
    }),
  ),
  // histories
  ...of('openHistory', ['hideSecrets', 'codecs', 'upcasters'], (options) =>
    loose(openHistory)(store, 'lamp-1', options),
  ),
  ...of('readState', ['hideSecrets', 'codecs', 'upcasters'], (options) => loose(readState)(store, 'lamp-1', options)),
  ...of('recentRecords', ['limit', 'codecs', 'upcasters'], (options) =>
    first(loose(recentRecords)(store, 'lamp-1', options)),
  ),
  ...of('readChart', ['codecs'], (options) => loose(readChart)(store, 'x', options)),
  ...of('exportStreams', ['charts', 'redact'], (options) => first(loose(exportStreams)(store, ['lamp-1'], options))),
  ...of('importStreams', ['codecs', 'by', 'reason'], (options) => loose(importStreams)(file, memoryStore(), options)),
  ...of('history.records', ['from', 'to'], (options) => first(method(history, 'records')(options))),
  ...of('history.outline', ['from', 'to'], (options) => method(history, 'outline')(options)),
  ...of('history.explain', ['limit'], (options) => method(history, 'explain')(0, options)),
  ...of('history.find', ['limit'], (options) => method(history, 'find')(() => true, options)),
  ...of('history.follow', ['signal'], (options) => first(method(history, 'follow')(options))),
  ...of('file.read', ['from', 'limit'], (options) => first(method(file, 'read')('lamp-1', options))),
  // stores, plans, tests of a deploy
  ...of('copyStreams', ['streams', 'onProgress'], (options) => loose(copyStreams)(store, memoryStore(), options)),
  ...of('examineStore', ['codecs'], (options) => loose(examineStore)(store, options)),
  ...of('planRecovery', ['store', 'agents', 'world', 'codecs'], (options) =>
    loose(planRecovery)({ store, agents, ...options }),
  ),
  ...of('planMigration', ['store', 'world', 'codecs', 'beginMissing'], (options) =>
    loose(planMigration)(lamp, '1', { store, ...options }),
  ),
  ...of('verifyHistory', ['agents', 'codecs', 'since'], (options) =>
    loose(verifyHistory)(store, 'lamp-1', { agents, ...options }),
  ),
  ...of('verifyAgents', ['store', 'agents', 'codecs', 'since', 'streams', 'definition', 'signal'], (options) =>
    first(loose(verifyAgents)({ store, agents, ...options })),
  ),
  ...of('formatPlan', ['maxLines', 'remedies.troubled'], (options) => loose(formatPlan)({}, options)),
  ...of('formatForkPlan', ['maxLines'], (options) => loose(formatForkPlan)({}, options)),
  // tests
  ...of('checkRecovery', ['agents', 'runs', 'maxEvents', 'thrown', 'seed', 'path'], (options) =>
    loose(checkRecovery)(lamp, options),
  ),
  ...of('storeContract', ['open', 'showsParts'], (options) =>
    loose(storeContract)({ name: 's', open: () => {}, describe: () => {}, test: () => {}, ...options }),
  ),
  ...of('storeDifferential', ['stores', 'runs', 'operations', 'seed', 'patienceMs'], (options) =>
    loose(storeDifferential)({ stores: {}, ...options }),
  ),
  ...of('Simulation', ['backing', 'weather', 'faults'], (options) =>
    Reflect.construct(Simulation, [{ seed: 1, backing: () => ({}), ...options }]),
  ),
  ...of('Simulation process', ['agents', 'skewMs', 'snapshotEveryEvents'], (options) =>
    method(simulation, 'process')('a', { agents: () => [], ...options }),
  ),
]
