/** What the directory costs, how a damaged one is repaired, and how an older file's becomes today's. */
import { randomUUID } from 'node:crypto'
import type { DirectoryEntry, DirectoryQuery, JsonObject, NewEvent, Store } from '@refold/core/store'
import { rebuildDirectory, toRevision } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDriver } from './driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

function recordOf(definition: string, header: JsonObject): NewEvent {
  const refold = { v: 0, agent: `${definition}@1`, at: 1, input: { kind: 'event' }, ...header, body: { patch: [] } }
  return { id: randomUUID(), type: 'noted', data: {}, metadata: { refold } }
}

async function fleet(store: Store): Promise<void> {
  const headers: readonly (readonly [string, JsonObject])[] = [
    ['ship-1', { active: ['sea', 'sail'], owner: 'w1', epoch: 1, pending: 2 }],
    ['ship-2', { active: [], status: 'done' }],
    ['boat.two-3', { active: ['sea'], condition: 'paused', nextDueAt: 5 }],
    ['boat.two-4', { active: ['a"b\\c'], status: 'error' }],
    ['boat.two-5', { active: ['sea'], status: 'stopped' }],
  ]
  for (const [stream, header] of headers)
    await store.append(stream, [recordOf(stream.slice(0, stream.indexOf('-')), header)], { expected: 'no_stream' })
  await store.append('whale', [{ id: randomUUID(), type: 'seen', data: {}, metadata: {} }], { expected: 'no_stream' })
  await store.append('ship-1', [recordOf('ship', { active: ['sea'], pending: 0 })], { expected: toRevision(0) })
}

function edit(sql: string): void {
  const connection = loadDriver(undefined).open(scratch.file)
  connection.exec(sql)
  connection.close()
}

async function entriesOf(store: Store, query: DirectoryQuery = {}): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = []
  for await (const page of store.directory.find(query)) entries.push(...page)
  return entries
}

test('SQL-228 a limit of Infinity is none', async () => {
  const store = sqliteStore(scratch.file)
  await fleet(store)
  for (const query of [{}, { definition: 'ship' }, { pending: true }, { state: 'sea' }] as const)
    expect(await entriesOf(store, { ...query, limit: Infinity })).toEqual(await entriesOf(store, query))
  await store.close()
})

async function rebuilt(store: Store): Promise<readonly DirectoryEntry[]> {
  return [...(await rebuildDirectory(store)).values()]
}

describe('DIR-7 a directory that was damaged', () => {
  test('DIR-7 is repaired by a rebuild, which tells how many entries were wrong, and says nothing new the second time', async () => {
    const first = sqliteStore(scratch.file)
    await fleet(first)
    const before = await entriesOf(first)
    await first.close()
    edit(`
      UPDATE stream SET status = 2, owner = NULL, pending = 9 WHERE name = 'ship-1';
      UPDATE stream SET version = NULL, active = NULL WHERE name = 'ship-2';
      UPDATE stream SET version = 1, status = 0, condition = 0, active = 1, epoch = 0, pending = 0, in_doubt = 0 WHERE name = 'whale';
    `)
    const store = sqliteStore(scratch.file)
    expect(await entriesOf(store)).not.toEqual(before)
    expect(await store.directory.rebuild()).toEqual({ agents: 5, repaired: 3 })
    expect(await entriesOf(store)).toEqual(before)
    expect(await store.directory.get('whale')).toBeUndefined()
    expect(await store.directory.rebuild()).toEqual({ agents: 5, repaired: 0 })
    await store.close()
  })
})

describe('a file of schema 1', () => {
  test('DIR-4 has its directory brought to today’s, entry by entry', async () => {
    const first = sqliteStore(scratch.file)
    await fleet(first)
    const before = await entriesOf(first)
    await first.close()
    edit(`
      UPDATE active_set SET text = '["sea","sail"]' WHERE text = '["ship","active","sea","sail"]';
      UPDATE active_set SET text = '[]' WHERE text = '["ship","done"]';
      UPDATE active_set SET text = '["sea"]' WHERE text = '["boat.two","active","sea"]';
      UPDATE active_set SET text = '["a\\"b\\\\c"]' WHERE text LIKE '%error%';
      UPDATE stream SET active = (SELECT id FROM active_set WHERE text = '["sea"]') WHERE name IN ('boat.two-5', 'ship-1');
      DELETE FROM active_set WHERE text LIKE '%active%' OR text LIKE '%stopped%';
      CREATE INDEX stream_by_status ON stream (status) WHERE status > 1;
      PRAGMA user_version = 1;
    `)
    const store = sqliteStore(scratch.file)
    expect(await entriesOf(store)).toEqual(before)
    expect(await rebuilt(store)).toEqual(before)
    expect((await entriesOf(store, { state: 'sea' })).map(({ stream }) => stream)).toEqual([
      'ship-1',
      'boat.two-3',
      'boat.two-5',
    ])
    expect((await entriesOf(store, { definition: 'boat.two', status: 'error' })).map(({ active }) => active)).toEqual([
      ['a"b\\c'],
    ])
    await store.close()
  })
})

describe('DIR-8 a page of a query', () => {
  test('DIR-8 is led by an index that gives it in order: nothing is sorted, and no agent beyond the page is looked at', async () => {
    const prepared = new Set<string>()
    const driver = loadDriver(undefined)
    const open: typeof driver.open = (path) => {
      const connection = driver.open(path)
      const prepare = (sql: string): ReturnType<typeof connection.prepare> => {
        prepared.add(sql)
        return connection.prepare(sql)
      }
      return { ...connection, exec: (sql) => connection.exec(sql), close: () => connection.close(), prepare }
    }
    const store = sqliteStore(scratch.file, { driver: { ...driver, open } })
    await fleet(store)
    prepared.clear()
    const queries: readonly DirectoryQuery[] = [
      { state: 'sea' },
      { state: 'sea', owner: 'w1', condition: 'running' },
      { definition: 'ship', status: 'active' },
      { pending: true, status: 'active' },
      { condition: 'paused' },
      { owner: 'w1' },
      { owner: 'w1', definition: 'ship' },
    ]
    for (const query of queries) await entriesOf(store, { ...query, limit: 100 })
    await store.close()
    const connection = driver.open(scratch.file)
    const plans = [...prepared]
      .flatMap((sql) => /SELECT id FROM stream WHERE .*(?=\)$)/.exec(sql)?.[0] ?? [])
      .map((sql) => {
        const explain = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        return explain.all(...Array.from(sql.matchAll(/[?]/g), () => 1)).map((row) => String(row.at(-1)))
      })
    connection.close()
    expect(plans.length).toBeGreaterThanOrEqual(6)
    for (const [lead, ...others] of plans) {
      expect(lead).toMatch(/^SEARCH stream USING (COVERING )?INDEX stream_\w+ \(.*(rowid|id)>\?\)$/)
      expect(others.join()).not.toContain('B-TREE')
    }
  })
})
