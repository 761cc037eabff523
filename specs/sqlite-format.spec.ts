/** The page about the SQLite file, held against files of the store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toRevision } from '@refold/core'
import type { DirectoryEntry, JsonObject, NewEvent, Store, StoredEvent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { produceRecords } from './record-format/produced-records.js'
import { play } from './scenes/play.js'
import { openFile } from './sqlite-format/open-file.js'
import type { OpenFile } from './sqlite-format/open-file.js'
import { readDirectory, readEvents } from './sqlite-format/page-reader.js'
import { explainedColumns, pragmaOf, statements, templateKinds, versions } from './sqlite-format/page.js'

let directory: string
let file: string
let events: readonly StoredEvent[] = []
beforeAll(() =>
  play('records', async (simulation) => {
    events = (await produceRecords(simulation)).flatMap(({ records }) => records)
  }),
)
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'refold-format-'))
  file = join(directory, 'agents.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Works with a store on the file, then looks at the file without one. */
async function inFile<T>(work: (store: Store) => Promise<unknown>, look: (opened: OpenFile) => T): Promise<T> {
  const store = sqliteStore(file)
  await work(store)
  await store.close()
  const opened = openFile(file)
  try {
    return look(opened)
  } finally {
    opened.close()
  }
}

/** Appends one by one, as agents do: what comes for the second time is stored compactly. */
async function appendAll(store: Store, { suffix }: { readonly suffix: string }): Promise<void> {
  const lengths = new Map<string, number>()
  for (const { stream, id, type, data, metadata } of events) {
    const length = lengths.get(stream) ?? 0
    const expected = length === 0 ? 'no_stream' : toRevision(length - 1)
    await store.append(stream + suffix, [{ id, type, data, metadata }], { expected })
    lengths.set(stream, length + 1)
  }
}

const FOREIGN: readonly NewEvent[] = [
  { id: 'no UUID at all', type: 'note', data: { list: [1, 'é', null] }, metadata: null },
  { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', type: 'note', data: null, metadata: { refold: 'not ours' } },
]

/** Records that name another event of the same process, as a correlation does. */
function correlated(): readonly NewEvent[] {
  const [first] = events
  if (first === undefined) throw new Error('the sample agents wrote nothing')
  const { id, type, data, metadata } = first
  const earlier = id.slice(0, 24) + '00000000abc0'
  return [
    { id, type, data, metadata },
    { id, type, data, metadata: { ...(metadata as JsonObject), $correlationId: earlier } }, // a record's is an object
  ]
}

async function fill(store: Store): Promise<void> {
  await appendAll(store, { suffix: '' })
  await appendAll(store, { suffix: 'b' })
  for (const stream of ['research-x1', 'research-x2'])
    await store.append(stream, correlated(), { expected: 'no_stream' })
  await store.append('notes', FOREIGN, { expected: 'no_stream' })
}

async function eventsOf(store: Store): Promise<readonly string[]> {
  const found: string[] = []
  for await (const page of store.readAll()) for (const event of page) found.push(textOf(event))
  return found
}

function textOf(event: Omit<StoredEvent, 'revision' | 'position'> & { revision: unknown; position: unknown }): string {
  const { stream, revision, position, id, type, data, metadata } = event
  return JSON.stringify([stream, Number(revision), Number(position), id, type, data, metadata])
}

/** Tables and indexes by name, without comments and line breaks. */
function schemaOf(opened: OpenFile): Readonly<Record<string, string>> {
  const found = opened.rows("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
  return Object.fromEntries(
    found.map(({ name, sql }) => [name, String(sql).replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ').trim()]),
  )
}

/** The templates that stand in the shapes of a file. */
function kindsIn(template: unknown): readonly string[] {
  if (typeof template === 'number') return [String(template)]
  if (typeof template !== 'string') return Object.values(template as object).flatMap(kindsIn)
  const filled = template.startsWith('%') ? Array.from(template).filter((char) => char < '\u0006') : []
  return [template.charAt(0), ...filled]
}

describe('the page about the SQLite file', () => {
  test('SQL-1 a new file has the tables, columns and indexes of the page, and nothing else', async () => {
    const memory = openFile(':memory:')
    memory.run(statements)
    const expected = schemaOf(memory)
    memory.close()
    expect(Object.keys(expected).length).toBeGreaterThan(10)
    expect(await inFile(eventsOf, schemaOf)).toEqual(expected)
  })

  test('SQL-1 the page explains each column of each table, and gives the numbers of the file', async () => {
    await inFile(eventsOf, (opened) => {
      const tables = opened.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      expect([...explainedColumns.keys()].toSorted()).toEqual(tables.map(({ name }) => name))
      for (const [table, columns] of explainedColumns)
        expect(opened.rows(`PRAGMA table_info(${table})`).map(({ name }) => name)).toEqual(columns)
      for (const name of ['application_id', 'user_version'])
        expect(opened.rows(`PRAGMA ${name}`)).toEqual([{ [name]: pragmaOf(name) }])
      expect(versions.at(-1)).toBe(pragmaOf('user_version'))
      expect(versions).toEqual(versions.map((_, index) => index + 1))
    })
  })

  test('SQL-2 a reader written from the page gives each event as the store does', async () => {
    let expected: readonly string[] = []
    const work = async (store: Store): Promise<void> => {
      await fill(store)
      expected = await eventsOf(store)
    }
    await inFile(work, (opened) => {
      expect(readEvents(opened).map(textOf)).toEqual(expected)
      const shapes = opened.rows('SELECT text FROM shape').flatMap(({ text }) => kindsIn(JSON.parse(String(text))))
      expect([...new Set(shapes)].toSorted()).toEqual([...templateKinds].toSorted())
      const ids = opened.rows('SELECT DISTINCT prefix IS NULL AS whole, typeof(event) AS type FROM log')
      const kindsOfIds = ids.map(({ whole, type }) => `${String(whole)} ${String(type).replace('real', 'integer')}`)
      expect(kindsOfIds.toSorted()).toEqual(['0 integer', '1 blob', '1 text'])
    })
  })

  test('SQL-3 what was committed of the log, its shapes and its prefixes stays as it is', async () => {
    const rowsOf = (opened: OpenFile) =>
      ['log', 'shape', 'id_prefix'].map((table) => opened.rows(`SELECT * FROM ${table} ORDER BY 1`))
    const before = await inFile(fill, rowsOf)
    const more = async (store: Store): Promise<void> => {
      await appendAll(store, { suffix: 'c' })
      await store.directory.rebuild()
    }
    const after = await inFile(more, rowsOf)
    for (const [table, rows] of before.entries()) {
      expect(rows.length).toBeGreaterThan(0)
      expect(after[table]?.slice(0, rows.length)).toEqual(rows)
      expect(after[table]?.length).toBeGreaterThanOrEqual(rows.length)
    }
  })

  test('SQL-4 the columns of the directory, read as the page says, are the entries that the store gives', async () => {
    const entries: DirectoryEntry[] = []
    const work = async (store: Store): Promise<void> => {
      await fill(store)
      for await (const page of store.directory.find()) entries.push(...page)
    }
    const read = await inFile(work, readDirectory)
    expect([...read.values()]).toEqual(entries)
    expect(new Set(entries.map(({ status }) => status)).size).toBeGreaterThan(1)
    expect(read.has('notes')).toBe(false)
  })

  test('a register is its name and its value as JSON', async () => {
    const put = (store: Store): Promise<void> => store.registers.put('heart', { beat: [1, 'é'] })
    const rows = await inFile(put, (opened) => opened.rows('SELECT name, value FROM register'))
    expect(rows.map(({ name, value }) => [name, JSON.parse(String(value))])).toEqual([['heart', { beat: [1, 'é'] }]])
  })
})
