import { describe, expect, test } from 'vitest'
import { memoryStore } from '../store/memory-store.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import { openExport } from './open-export.js'
import { exportStreams } from './export-streams.js'
import { openHistory } from './open-history.js'
import { readState } from './read-state.js'
import { researched } from './research.fixture.js'

const STREAM = 'research-42'

/** A store that can replay, and counts what is read of it. */
function replaying(store: Store): { readonly store: Store; readonly asked: { read: number; replayed: string[] } } {
  const asked = { read: 0, replayed: [] as string[] }
  const read: Store['read'] = async function* (stream, options) {
    for await (const page of store.read(stream, options)) {
      asked.read += page.length
      yield page
    }
  }
  const replay: NonNullable<Store['replay']> = async (stream, { to }, target) => {
    asked.replayed.push(String(to))
    for await (const page of store.read(stream))
      for (const event of page) if (to === undefined || event.revision <= to) target.event(event)
  }
  return { store: Object.assign(Object.create(store) as Store, { read, replay }), asked }
}

/** The stream `research-42`, each record of which is followed by a foreign one. */
async function withForeign(): Promise<Store> {
  const store = memoryStore()
  const events: NewEvent[] = []
  for await (const page of (await researched()).read(STREAM))
    for (const { id, type, data, metadata } of page)
      events.push({ id, type, data, metadata }, { id: crypto.randomUUID(), type: 'note', data: null, metadata: null })
  await store.append(STREAM, events, { expected: 'no_stream' })
  return store
}

describe('readState', () => {
  test.each<readonly [string, () => Promise<Store>]>([
    ['of records', researched],
    ['with foreign records', withForeign],
  ])('CLI-44 gives at each revision and time of a stream %s what its history gives', async (_what, make) => {
    const plain = await make()
    const history = await openHistory(plain, STREAM)
    const lines: string[] = []
    for await (const line of exportStreams(plain, [STREAM])) lines.push(line)
    const file = await openExport(new Blob(lines))
    const { store, asked } = replaying(plain)
    const times = history.outline().flatMap(({ at }) => [{ at: at - 1 }, { at }])
    const moments = [...Array.from({ length: history.last + 1 }, (_, revision) => revision), ...times]
    for (const at of moments) {
      const point = await history.at(at).catch(codeOf)
      for (const source of [plain, store, file]) {
        const state = await readState(source, STREAM, { at }).catch(codeOf)
        expect(point).toMatchObject(state)
      }
    }
    expect(asked.replayed).toContain(String(history.last))
    expect(await readState(store, { name: 'research', id: '42' })).toMatchObject({ revision: history.last })
  })

  test('CLI-44 reads no record of a long stream where the store replays, but those that tell the time', async () => {
    const { store, asked } = replaying(await researched())
    await readState(store, STREAM, { at: 3 })
    expect(asked).toEqual({ read: 3, replayed: ['3'] })
  })

  test('CLI-44 names the damaged record, also where the store replays, and shows what stands before it', async () => {
    const store = memoryStore()
    const events: StoredEvent[] = []
    for await (const page of (await researched()).read(STREAM)) events.push(...page)
    const damaged = {
      refold: { v: 0, agent: 'research@1', at: 9e12, input: { kind: 'event' }, body: { patch: [null] } },
    }
    const batch = events.map(({ id, type, data, metadata }, at): NewEvent => {
      return { id, type, data, metadata: at === 3 ? damaged : metadata }
    })
    await store.append(STREAM, batch, { expected: 'no_stream' })
    const replayed = replaying(store).store
    expect(await readState(replayed, STREAM, { at: 2 })).toMatchObject({ revision: 2 })
    await expect(readState(replayed, STREAM)).rejects.toMatchObject({ code: 'UNREADABLE', facts: { revision: 3n } })
  })

  test.each([
    ['research-none', undefined, 'NOT_FOUND'],
    [STREAM, 6, 'NOT_FOUND'],
    [STREAM, -1, 'NOT_FOUND'],
    [STREAM, { at: 0 }, 'NOT_FOUND'],
    [STREAM, { at: Number.NaN }, 'INVALID_INPUT'],
  ])('of %s at %j is %s', async (stream, at, code) => {
    const { store } = replaying(await researched())
    await expect(readState(store, stream, at === undefined ? {} : { at })).rejects.toMatchObject({ code })
  })
})

function codeOf(error: unknown): { readonly code: unknown } {
  return { code: (error as { readonly code: unknown }).code }
}
