/** A call of each function that takes options, with one of them mistyped: by its name, and the one that was meant. */
import {
  agentMetrics,
  copyStreams,
  createClient,
  createMetrics,
  createRuntime,
  createWorker,
  createWorld,
  defineAgent,
  defineConsumer,
  defineProjection,
  drainWorker,
  effect,
  examineStore,
  formatForkPlan,
  formatPlan,
  importStreams,
  memoryStore,
  observeAttempts,
  planMigration,
  planRecovery,
  sendToAgent,
  startAgent,
  verifyAgents,
  verifyHistory,
} from '@refold/core'
import { withEffects } from '@refold/core/definition'
import { exportStreams, openHistory, readChart, readState, recentRecords } from '@refold/core/history'
import {
  effectCostsProjection,
  inboxProjection,
  timeInStateProjection,
  transcriptProjection,
} from '@refold/core/projections'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { createInspector } from '@refold/inspector'
import { sqliteStore } from '@refold/sqlite'
import { checkRecovery, Simulation, storeContract, storeDifferential } from '@refold/testing'
import { createTelemetry } from '../../packages/otel/src/index.js'
import { otlpTraces } from '../../packages/otel/src/history.js'
import {
  agent,
  agents,
  client,
  file,
  first,
  history,
  lamp,
  loose,
  machine,
  method,
  projection,
  simulation,
  store,
  watched,
} from './lamp.js'

export interface MistypedCall {
  readonly name: string
  /** Of the option that was meant. */
  readonly meant: string
  readonly call: () => unknown
}

const codec = { name: 'plain', encode: (bytes: Uint8Array) => ({ bytes }), decode: (bytes: Uint8Array) => bytes }
const upcaster = { type: 'go', upcast: (event: { type: string; data: unknown }) => event }

function row(name: string, meant: string, call: () => unknown): MistypedCall {
  return { name, meant, call }
}

async function* entries(options: unknown): AsyncGenerator {
  yield* (method(projection, 'entries') as (options: unknown) => AsyncIterable<unknown>)(options)
}

export const MISTYPED: readonly MistypedCall[] = [
  // definitions
  row('defineAgent', 'events', () => loose(defineAgent)({ name: 'a', version: 1, machine, evnts: {} })),
  row('defineAgent dedup', 'maxCount', () =>
    loose(defineAgent)({ name: 'a', version: 1, machine, dedup: { maxCuont: 1 } }),
  ),
  row('effect', 'timeoutMs', () => loose(effect)(async () => 1, { timoutMs: 1 })),
  row('effect retry', 'attempts', () => loose(effect)(async () => 1, { retry: { attempts: 1, atempts: 1 } })),
  row('sendToAgent', 'agent', () => loose(sendToAgent)({ agent: lamp, id: '2', agnet: lamp }, { type: 'go' })),
  row('startAgent', 'failed', () => loose(startAgent)({ agent: lamp, id: '2' }, { faild: 'x' })),
  row('withEffects', 'call', () => loose(withEffects)(lamp, { cal: () => undefined })),
  row('defineConsumer', 'retry', () => loose(defineConsumer)({ name: 'c', each: () => {}, rety: {} })),
  row('defineProjection', 'agents', () =>
    loose(defineProjection)({ name: 'p', version: 1, initial: 0, evolve: () => 0, agent: agents }),
  ),
  // processes
  ...[createClient, createRuntime, createWorker].flatMap((create) => [
    row(create.name, 'codecs', () => loose(create)({ store, agents, codec: [] })),
    row(`${create.name} upcasters`, 'definition', () =>
      loose(create)({ store, agents, upcasters: [{ ...upcaster, definiton: 'lamp' }] }),
    ),
  ]),
  row('createRuntime worker', 'capacity', () => loose(createRuntime)({ store, agents, worker: { capacty: 1 } })),
  row('createWorker', 'capacity', () => loose(createWorker)({ store, agents, capacty: 1 })),
  row('createRuntime snapshots', 'everyEvents', () =>
    loose(createRuntime)({ store, agents, snapshots: { everyEvents: 1, everyEvnts: 1 } }),
  ),
  row('createWorld', 'clock', () => loose(createWorld)({ clok: {} })),
  row('drainWorker', 'deadlineMs', () => loose(drainWorker)(store, 'w1', { deadlinMs: 1 })),
  // an agent's handle
  row('agent.send', 'id', () => method(agent, 'send')({ type: 'go' }, { idd: '1' })),
  row('agent.waitFor', 'timeoutMs', () => method(agent, 'waitFor')(() => true, { timoutMs: 1 })),
  row('agent.done', 'timeoutMs', () => method(agent, 'done')({ timoutMs: 1 })),
  row('agent.approval', 'about', () => method(agent, 'approval')('go', { abut: {} })),
  row('agent.pause', 'reason', () => method(agent, 'pause')({ reson: 'x' })),
  row('agent.resume', 'reason', () => method(agent, 'resume')({ reson: 'x' })),
  row('agent.cancel', 'deadlineMs', () => method(agent, 'cancel')({ deadlinMs: 1 })),
  row('agent.retry', 'reason', () => method(agent, 'retry')({ reson: 'x' })),
  row('agent.resolve', 'reason', () => method(agent, 'resolve')({ effect: '0/0' }, { complete: 1, reson: 'x' })),
  // a client
  row('client.start', 'input', () => method(client, 'start')(lamp, { id: '3', inputt: {} })),
  row('client.migrate', 'patch', () => method(client, 'migrate')(lamp, '1', { pach: [] })),
  row('client.fork', 'event', () => method(client, 'fork')(lamp, '1', { as: '4', evnt: {} })),
  row('client.planFork', 'event', () => method(client, 'planFork')(lamp, '1', { as: '4', evnt: {} })),
  row('client.find', 'limit', () => method(client, 'find')({ limti: 1 })),
  row('client.follow', 'signal', () => first(method(client, 'follow')({ singal: 1 }))),
  row('client.lag', 'agents', () => method(client, 'lag')('start', { agent: agents })),
  row('client.pause', 'reason', () => method(client, 'pause')({ reson: 'x' })),
  row('client.resume', 'reason', () => method(client, 'resume')({ reson: 'x' })),
  row('client.project', 'rebuild', () => method(client, 'project')(watched, { rebuid: true })),
  row('consumer.retry', 'reason', () => method(client.consumer('counter'), 'retry')('all', { reson: 'x' })),
  row('consumer.skip', 'reason', () => method(client.consumer('counter'), 'skip')('all', { reson: 'x' })),
  row('projection.entries', 'limit', () => first(entries({ limti: 1 }))),
  row('projection.at', 'timeoutMs', () => method(projection, 'at')(agent, { timoutMs: 1 })),
  row('projection.rebuild', 'signal', () => method(projection, 'rebuild')({ singal: 1 })),
  // histories
  row('openHistory', 'hideSecrets', () => loose(openHistory)(store, 'lamp-1', { hideSecret: true })),
  row('openHistory upcasters', 'definition', () =>
    loose(openHistory)(store, 'lamp-1', { upcasters: [{ ...upcaster, definiton: 'lamp' }] }),
  ),
  row('readState', 'hideSecrets', () => loose(readState)(store, 'lamp-1', { hideSecret: true })),
  row('recentRecords', 'limit', () => first(loose(recentRecords)(store, 'lamp-1', { limti: 1 }))),
  row('recentRecords upcasters', 'definition', () =>
    first(loose(recentRecords)(store, 'lamp-1', { upcasters: [{ ...upcaster, definiton: 'lamp' }] })),
  ),
  row('readChart', 'codecs', () => loose(readChart)(store, 'x', { codec: [codec] })),
  row('exportStreams', 'redact', () => first(loose(exportStreams)(store, ['lamp-1'], { redct: true }))),
  row('importStreams', 'by', () => loose(importStreams)(file, memoryStore(), { bye: 'x' })),
  row('history.records', 'from', () => first(method(history, 'records')({ fro: 0 }))),
  row('history.outline', 'from', () => method(history, 'outline')({ fro: 0 })),
  row('history.blame', 'at', () => method(history, 'blame')('/agent', { att: 0 })),
  row('history.explain', 'limit', () => method(history, 'explain')(0, { limti: 0 })),
  row('history.find', 'limit', () => method(history, 'find')(() => true, { limti: 0 })),
  row('history.follow', 'signal', () => first(method(history, 'follow')({ singal: 1 }))),
  row('file.read', 'from', () => first(method(file, 'read')('lamp-1', { fro: 0 }))),
  // stores, plans, tests of a deploy
  row('copyStreams', 'streams', () => loose(copyStreams)(store, memoryStore(), { stream: [] })),
  row('examineStore', 'codecs', () => loose(examineStore)(store, { codec: [] })),
  row('planRecovery', 'codecs', () => loose(planRecovery)({ store, agents, codec: [] })),
  row('planMigration', 'codecs', () => loose(planMigration)(lamp, '1', { store, codec: [] })),
  row('verifyHistory', 'codecs', () => loose(verifyHistory)(store, 'lamp-1', { agents, codec: [] })),
  row('verifyAgents', 'codecs', () => first(loose(verifyAgents)({ store, agents, codec: [] }))),
  row('formatPlan', 'maxLines', () => loose(formatPlan)({}, { maxLine: 1 })),
  row('formatPlan remedies', 'troubled', () => loose(formatPlan)({}, { remedies: { trouble: () => '' } })),
  row('formatForkPlan', 'maxLines', () => loose(formatForkPlan)({}, { maxLine: 1 })),
  row('sqliteStore', 'readOnly', () => loose(sqliteStore)('x.db', { readonly: true })),
  row('eventStoreDBStore', 'prefix', () => loose(eventStoreDBStore)({ connectionString: 'esdb://x', prefx: 'x' })),
  row('startDevServer', 'tls', () => loose(startDevServer)({ tsl: {} })),
  // what is counted and shown
  row('createMetrics', 'clock', () => loose(createMetrics)({ clok: {} })),
  row('agentMetrics', 'clock', () => loose(agentMetrics)(store.directory, { clok: {} })),
  row('observeAttempts', 'onBegun', () => loose(observeAttempts)({ onEnded: () => {}, onBegan: () => {} })),
  row('createTelemetry', 'meterProvider', () => loose(createTelemetry)({ metreProvider: {} })),
  row('otlpTraces', 'service', () => loose(otlpTraces)([], { servce: 'x' })),
  row('inboxProjection', 'version', () => loose(inboxProjection)({ agents, verison: 2 })),
  row('effectCostsProjection', 'version', () => loose(effectCostsProjection)({ agents, verison: 2 })),
  row('timeInStateProjection', 'version', () => loose(timeInStateProjection)({ agents, verison: 2 })),
  row('transcriptProjection', 'version', () =>
    loose(transcriptProjection)({
      agents,
      verison: 2,
      messages: () => [],
      calls: () => [],
      answers: () => [],
      missing: () => ({}),
    }),
  ),
  row('createInspector', 'write', () => loose(createInspector)({ store, agents, wriet: true })),
  row('createInspector of a client', 'write', () => loose(createInspector)(client, { wriet: true })),
  row('createInspector tls', 'cert', () => loose(createInspector)(client, { tls: { crt: 'x', key: 'x' } })),
  row('createInspector places', 'config', () => loose(createInspector)(client, { places: { confg: 'x' } })),
  // tests
  row('checkRecovery', 'runs', () => loose(checkRecovery)(lamp, { run: 3 })),
  row('storeContract', 'showsParts', () =>
    loose(storeContract)({ name: 's', open: () => {}, showParts: true, describe: () => {}, test: () => {} }),
  ),
  row('storeDifferential', 'runs', () => loose(storeDifferential)({ stores: {}, run: 1 })),
  row('Simulation faults', 'operation', () =>
    Reflect.construct(Simulation, [{ seed: 1, backing: () => ({}), faults: [{ operaton: 'read' }] }]),
  ),
  row('Simulation process', 'machine', () => method(simulation, 'process')('a', { agents: () => [], machin: 'm' })),
  row('Simulation', 'weather', () => Reflect.construct(Simulation, [{ seed: 1, backing: () => ({}), wether: {} }])),
]
