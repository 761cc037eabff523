/** Codecs and upcasters that are none, or of which two cannot be told apart. */
import { expect, test } from 'vitest'
import { examineStore } from '../history/examine-store.js'
import { exportStreams } from '../history/export-streams.js'
import { importStreams } from '../history/import-streams.js'
import { openExport } from '../history/open-export.js'
import { openHistory } from '../history/open-history.js'
import { readChart } from '../history/read-chart.js'
import { readState } from '../history/read-state.js'
import { recentRecords } from '../history/recent-records.js'
import { planMigration } from '../plan/plan-migration.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { memoryStore } from '../store/memory-store.js'
import { verifyAgents } from '../verify/verify-agents.js'
import { verifyHistory } from '../verify/verify-history.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createClient } from './create-client.js'
import { createRuntime } from './create-runtime.js'
import { createWorker } from './create-worker.js'
import { workAgent } from './work-agent.fixture.js'

const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
const agents = [definition]
const store = memoryStore()
const client = await createClient({ store, agents })
await client.start(definition, { id: '1' })
const lines: string[] = []
for await (const text of exportStreams(store, ['work-1'])) lines.push(text)
const file = await openExport(new Blob(lines))

const codec = (name: string) => ({
  name,
  encode: (bytes: Uint8Array) => ({ bytes }),
  decode: (bytes: Uint8Array) => bytes,
})
const upcast = (event: unknown): unknown => event

interface Given {
  readonly codecs?: never[]
  readonly upcasters?: never[]
}
const READERS: Readonly<Record<string, (given: Given) => unknown>> = {
  createClient: (given) => createClient({ store, agents, ...given }),
  createRuntime: (given) => createRuntime({ store, agents, ...given }),
  createWorker: (given) => createWorker({ store, agents, ...given }),
  openHistory: (given) => openHistory(store, 'work-1', given),
  readState: (given) => readState(store, 'work-1', given),
  recentRecords: (given) => recentRecords(store, 'work-1', given).next(),
}
const DECODERS: typeof READERS = {
  ...READERS,
  readChart: (given) => readChart(store, 'x', given),
  examineStore: (given) => examineStore(store, given),
  importStreams: (given) => importStreams(file, memoryStore(), given),
  planRecovery: (given) => planRecovery({ store, agents, ...given }),
  planMigration: (given) => planMigration(definition, '1', { store, ...given }),
  verifyHistory: (given) => verifyHistory(store, 'work-1', { agents, ...given }),
  verifyAgents: (given) => verifyAgents({ store, agents, ...given }).next(),
}

test.each(Object.keys(DECODERS))('LOG-33 %s refuses two codecs of one name, and what is none', async (name) => {
  const told = async (codecs: unknown): Promise<unknown> => {
    const given = { codecs } as Given
    return (async () => DECODERS[name]?.(given))().catch((error: unknown) => error)
  }
  expect(await told([codec('aes'), codec('zip'), codec('aes')])).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'codecs.2: "aes" is there already',
  })
  expect(await told([{ name: 'aes' }])).toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'codecs.0' } })
  expect(await told(codec('aes'))).toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'codecs' } })
})

test.each(Object.keys(READERS))('LOG-33 %s refuses an upcaster whose definition is mistyped', async (name) => {
  const told = async (upcasters: unknown): Promise<unknown> => {
    const given = { upcasters } as Given
    return (async () => READERS[name]?.(given))().catch((error: unknown) => error)
  }
  expect(await told([{ type: 'note', definiton: 'work', upcast }])).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'upcasters.0.definiton: is not known',
    hint: "Did you mean 'definition'?",
  })
  expect(await told([{ type: 'note', definition, upcast }])).toMatchObject({
    facts: { path: 'upcasters.0.definition' },
  })
  expect(await told([upcast])).toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'upcasters.0' } })
  expect(await told([{ type: 'note', upcast: async () => undefined }])).toMatchObject({
    code: 'INVALID_INPUT',
    facts: { path: 'upcasters.0.upcast' },
  })
})
