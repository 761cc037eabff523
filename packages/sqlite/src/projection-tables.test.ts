/** Tables of projections that others drop: they are a cache, and are made again. */
import { createClient, defineAgent, defineProjection } from '@refold/core'
import { assign, setup } from 'xstate'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeFile } from './change-file.fixture.js'
import { failingDriver } from './failing-driver.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

const pad = defineAgent({
  name: 'pad',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'note' } } }).createMachine({
    on: { note: { actions: assign({}) } },
  }),
})
const counts = defineProjection({
  name: 'counts',
  version: 1,
  agents: [pad],
  initial: { records: 0 },
  evolve: ({ records }) => ({ records: records + 1 }),
})

test.each([
  ['its documents', 'DROP TABLE "projection_counts@1.1"'],
  ['its row', 'DROP TABLE projection'],
  ['its view', 'DROP VIEW projection_counts; DROP TABLE projection'],
])('PRJ-341 a projection that lost %s is made again, and each record counts once', async (_what, sql) => {
  const noted = async (): Promise<unknown> => {
    const client = await createClient({ store: sqliteStore(scratch.file), agents: [pad] })
    const agent = await client.start(pad, { id: 'a' })
    await agent.send({ type: 'note' })
    const view = await client.project(counts)
    await view.at(agent)
    const found = await view.get('a')
    await client.close()
    return found
  }
  expect(await noted()).toEqual({ records: 2 })
  changeFile(scratch.file, sql)
  expect(await noted()).toEqual({ records: 3 })
  const store = sqliteStore(scratch.file)
  expect(await store.projections?.query?.('SELECT key, records FROM projection_counts')).toMatchObject({
    rows: [['a', 3]],
  })
  await store.close()
})

test('SQL-270 documents of a build that another process removes while they are read are none, and no word against the file', async () => {
  let isRead = false
  const remove = (sql: string): undefined => {
    if (!isRead || !sql.startsWith('SELECT key, document FROM')) return
    isRead = false
    changeFile(scratch.file, 'DROP TABLE "projection_counts@1.1"')
  }
  const store = sqliteStore(scratch.file, { driver: failingDriver(remove) })
  const build = { projection: 'counts', version: 1, generation: 1 }
  const made = { ...build, revision: 1, state: 'building', checkpoint: null, members: [], at: 1, about: null } as const
  const make = async (): Promise<unknown> =>
    store.projections?.commit([{ build: made, expected: 0, documents: new Map([['a', 1]]) }])
  expect(await make()).toBe(true)
  isRead = true
  expect(await store.projections?.get(build, ['a'])).toEqual(new Map())
  expect(await make()).toBe(true)
  isRead = true
  for await (const _ of store.projections?.entries(build) ?? []) expect.unreachable()
  expect(await make()).toBe(true)
  expect(await store.projections?.get(build, ['a'])).toEqual(new Map([['a', 1]]))
  await store.close()
})
