/** What a scan gives, and what the bulk reads say of a disk in trouble. */
import { randomUUID } from 'node:crypto'
import { toRevision } from '@refold/core/store'
import type { JsonObject, NewEvent, ScannedEvent, Store, StoredEvent } from '@refold/core/store'
import { StateReplay } from '@refold/core/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failingDriver, sqliteError } from './failing-driver.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

const RECORDS = 12

test('SQL-268 what a scan has given is whole: ids, headers and data can be asked for when the store is closed', async () => {
  const store = await written()
  const stored: StoredEvent[] = []
  for await (const page of store.readAll()) stored.push(...page)
  const scanned: ScannedEvent[] = []
  for await (const page of store.scan?.() ?? []) scanned.push(...page.events)
  await store.close()
  expect(scanned.map(({ id, data, revision, position }) => ({ id, data, revision, position }))).toEqual(
    stored.map(({ id, data, revision, position }) => ({ id, data, revision, position })),
  )
  const { body: _, ...header } = refoldOf(stored[1])
  expect(scanned[1]?.header).toMatchObject(header)
})

test('SQL-269 trouble of the disk in the middle of a bulk read, or at its first use, has its code', async () => {
  await (await written()).close()
  const texts = ['WHERE stream = ? AND revision = ?', 'SELECT prefix, event, at FROM log', 'max(position), sum(bytes)']
  const troubled = { code: 'STORE_REJECTED', facts: { sqlite: 'IOERR' } }
  for (const text of texts) {
    const driver = failingDriver((sql) => (sql.includes(text) ? sqliteError('IOERR') : undefined))
    const store = sqliteStore(scratch.file, { driver })
    const replay = async (): Promise<void> => store.replay?.('ship-1', {}, new StateReplay())
    const scan = async (): Promise<void> => {
      for await (const _ of store.scan?.() ?? []);
    }
    await expect(text.includes('revision = ?') ? replay() : scan()).rejects.toMatchObject(troubled)
    await store.close()
  }
})

function refoldOf(event: StoredEvent | undefined): JsonObject {
  const { refold } = (event as StoredEvent).metadata as { readonly refold: JsonObject }
  return refold
}

/** Records of one shape, and one that stands whole. */
async function written(): Promise<Store> {
  const store = sqliteStore(scratch.file)
  for (const ship of ['ship-1', 'ship-2']) {
    const first = record(0, undefined)
    await store.append(ship, [first], { expected: 'no_stream' })
    for (let revision = 1; revision < RECORDS; revision++)
      await store.append(ship, [record(revision, first.id)], { expected: toRevision(revision - 1) })
  }
  return store
}

/** It names itself and the first event of its stream, in the data and in the header. */
function record(revision: number, first: string | undefined): NewEvent {
  const id = randomUUID()
  const input = { kind: 'event', to: '0', from: first ?? null, own: id }
  const value = revision === 7 ? 'x'.repeat(5_000) : revision
  const body = {
    patch: [{ op: 'add', path: '/state/root', value }],
    emit: [{ type: 'told', first: first ?? null, id }],
  }
  const refold = { v: 0, agent: 'ship@1', at: 1_790_000_000_000 + revision, active: ['sea'], input, body }
  return { id, type: 'sailed', data: { event: { type: 'sail' }, first: first ?? null, id }, metadata: { refold } }
}
