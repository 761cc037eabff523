/** Live equals folded, checked where agents run. */
import { expect, test } from 'vitest'
import type { JsonValue } from '../json/json-value.js'
import type { Report } from '../public/report.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store, StoredEvent } from '../store/port.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { workAgent } from './work-agent.fixture.js'

/** What is read of a stream is not what was decided: as if a step had made a state that its record does not tell. */
function changingStore(store: Store, change: (event: StoredEvent) => StoredEvent): Store {
  async function* read(...given: Parameters<Store['read']>): AsyncGenerator<readonly StoredEvent[]> {
    for await (const page of store.read(...given)) yield page.map(change)
  }
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'read') return read
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}

const changed = (value: JsonValue): JsonValue => JSON.parse(JSON.stringify(value).replaceAll('two', 'TWO')) as JsonValue // text of the same shape

const otherText = (event: StoredEvent): StoredEvent =>
  event.type === 'note' ? { ...event, data: changed(event.data), metadata: changed(event.metadata) } : event

test('RCV-15 an agent whose live state is not what its records fold to is stopped and reported, and no snapshot of it is kept', async () => {
  const log = memoryLog()
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const reports: Report[] = []
  const store = memoryStore(log)
  await using runtime = await createRuntime({
    store: changingStore(store, otherText),
    agents: [definition],
    snapshots: { everyEvents: 4 },
    onReport: (report) => reports.push(report),
  })
  const agent = await runtime.start(definition, { id: '1' })
  const ended = new Promise((resolve) => agent.subscribe({ error: resolve }))
  for (const text of ['one', 'two', 'three']) await agent.send({ type: 'note', text })
  expect(await ended).toMatchObject({ code: 'LIVE_DIFFERS' })
  expect(reports).toMatchObject([{ code: 'LIVE_DIFFERS', agent: { name: 'work', id: '1' } }])
  expect(await store.registers.get('snapshot-work-1')).toBeUndefined()
})

test('RCV-15 an agent whose live state is that of its records goes on, and its snapshot is kept', async () => {
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const store = memoryStore()
  const reports: Report[] = []
  await using runtime = await createRuntime({
    store: changingStore(store, (event) => event),
    agents: [definition],
    snapshots: { everyEvents: 4 },
    onReport: (report) => reports.push(report),
  })
  const agent = await runtime.start(definition, { id: '1' })
  for (const text of ['one', 'two', 'three', 'four', 'five']) await agent.send({ type: 'note', text })
  await expect.poll(() => store.registers.get('snapshot-work-1')).toMatchObject({ revision: 3 })
  expect(reports).toEqual([])
})
