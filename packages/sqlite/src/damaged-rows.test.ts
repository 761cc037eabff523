/** One damaged row among many that are handed out as one: it harms no other. */
import {
  createClient,
  createRuntime,
  defineAgent,
  defineConsumer,
  defineProjection,
  examineStore,
  planRecovery,
} from '@refold/core'
import type { Cursor, RefoldError, Report } from '@refold/core'
import { openHistory, readState } from '@refold/core/history'
import type { JsonValue } from '@refold/core/store'
import { assign, setup } from 'xstate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Database } from './change-file.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

interface Noted {
  readonly type: 'note'
  readonly text: string
}
const machine = setup({
  types: { context: {} as { readonly last: string }, events: {} as Noted },
}).createMachine({
  context: { last: '' },
  on: { note: { actions: assign({ last: ({ event }) => event.text }) } },
})
const pad = defineAgent({ name: 'pad', version: 1, machine })

const notes = defineProjection({
  name: 'notes',
  version: 1,
  agents: [pad],
  initial: { texts: [] as readonly JsonValue[] },
  evolve: (document, { event }) =>
    event.type === 'note' ? { texts: [...document.texts, event.data['text'] ?? null] } : document,
})

describe('a damaged row', () => {
  let scratch: ScratchDirectory
  beforeEach(async () => {
    scratch = scratchDirectory()
    const client = await createClient({ store: sqliteStore(scratch.file), agents: [pad] })
    for (const id of ['a', 'b']) {
      const agent = await client.start(pad, { id })
      for (let at = 1; at <= 8; at++) await agent.send({ type: 'note', text: `${id}${at}` })
    }
    await client.close()
  })
  afterEach(() => scratch.remove())

  const damage = (column: string, value: string): void => {
    const database = new Database(scratch.file)
    const where = `stream = (SELECT id FROM stream WHERE name = 'pad-a') AND revision = 5`
    const { changes } = database.prepare(`UPDATE log SET ${column} = ${value} WHERE ${where}`).run()
    database.close()
    expect(Number(changes)).toBe(1)
  }

  test.each([`''`, `'1'`, `vals || ',1'`])('SQL-23 values %s are no values of its shape', async (value) => {
    damage('vals', value)
    const store = sqliteStore(scratch.file)
    const history = await openHistory(store, 'pad-a')
    expect(history.trouble).toMatchObject({ revision: 5, error: { code: 'UNREADABLE' } })
    await expect(readState(store, 'pad-a')).rejects.toMatchObject({ code: 'UNREADABLE' })
    await store.close()
  })

  const DAMAGES = [
    ['values', 'vals', `'{'`],
    ['a payload', 'data', `'{'`],
    ['a time', 'at', `NULL`],
    ['a shape that is not there', 'shape', `9999`],
    ['an id whose beginning is not there', 'prefix', `9999`],
  ] as const

  test.each(DAMAGES)(
    'FOL-26 SQL-33 %s: who follows hears of it, and goes on behind it',
    async (_what, column, value) => {
      damage(column, value)
      const client = await createClient({ store: sqliteStore(scratch.file), agents: [pad], onReport: () => {} })
      const seen: string[] = []
      const follow = async (from: Cursor | 'start'): Promise<void> => {
        for await (const item of client.follow({ from })) {
          if (item.kind === 'caught-up') return
          seen.push(`${item.agent.id}${item.event.revision}`)
        }
      }
      const error = await follow('start').catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'UNREADABLE', facts: { stream: 'pad-a', revision: 5 } })
      expect(seen).toEqual(['a0', 'a1', 'a2', 'a3', 'a4'])
      const { cursor } = (error as RefoldError).facts as { readonly cursor: Cursor }
      expect(await client.lag(cursor)).toMatchObject({ records: 12 })
      expect(await client.lag(undefined)).toMatchObject({ records: 18 })
      await follow(cursor)
      expect(seen.slice(5)).toEqual(['a6', 'a7', 'a8', 'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8'])
      await client.close()
    },
  )

  test.each(DAMAGES.slice(2))('FOLD-15 SQL-33 %s harms its agent alone, and is told', async (_what, column, value) => {
    damage(column, value)
    const store = sqliteStore(scratch.file)
    const reports: Report[] = []
    const runtime = await createRuntime({ store, agents: [pad], onReport: (report) => void reports.push(report) })
    await expect(runtime.attach(pad, 'a')).rejects.toMatchObject({ code: 'UNREADABLE' })
    const other = await runtime.attach(pad, 'b')
    expect(await other.send({ type: 'note', text: 'b9' })).toMatchObject({ context: { last: 'b9' } })
    const { troubled } = await planRecovery({ store, agents: [pad] })
    expect(troubled).toMatchObject([{ agent: { id: 'a' }, code: 'UNREADABLE' }])
    const history = await openHistory(store, 'pad-a')
    expect(history.trouble).toMatchObject({ revision: 5, error: { code: 'UNREADABLE' } })
    expect((await history.at(4)).document.root.context).toEqual({ last: 'a4' })
    expect((await examineStore(store)).findings).toMatchObject([
      { trouble: 'UNREADABLE', stream: 'pad-a', revision: 5, lost: 4 },
    ])
    await runtime.close()
  })

  test.each(DAMAGES)(
    'CON-33 a consumer parks a record with a damage (%s), and goes on',
    async (_what, column, value) => {
      damage(column, value)
      const client = await createClient({ store: sqliteStore(scratch.file), agents: [pad], onReport: () => {} })
      const seen = { a: 0, b: 0 }
      const each = ({ agent: { id } }: { readonly agent: { readonly id: string } }): void =>
        void seen[id as 'a' | 'b']++
      const running = await client.consume(
        defineConsumer({ name: 'seer', agents: [pad], from: 'start', each, retry: { attempts: 1 } }),
      )
      await expect.poll(() => seen).toEqual({ a: 8, b: 9 })
      await expect.poll(async () => (await running.status()).parked).toBe(1)
      await client.close()
    },
  )

  test('DIR-11 a rebuilt directory is right for all others, and the damaged one is named', async () => {
    damage('vals', `'{' || vals`)
    const database = new Database(scratch.file)
    database.exec(`UPDATE stream SET epoch = 7`)
    const store = sqliteStore(scratch.file)
    await expect(store.directory.rebuild()).rejects.toMatchObject({ code: 'UNREADABLE', facts: { stream: 'pad-a' } })
    await store.close()
    const epochs = database.prepare(`SELECT name, epoch FROM stream WHERE name LIKE 'pad-%' ORDER BY name`).all()
    database.close()
    expect(epochs.map(({ name, epoch }) => [name, epoch])).toEqual([
      ['pad-a', 7],
      ['pad-b', 0],
    ])
  })

  test.each([
    ['values that are no JSON', 'vals', `'{' || vals`],
    ['too few values', 'vals', `'1'`],
    ['too many values', 'vals', `vals || ',1'`],
    ['values of two rows', 'vals', `vals || '],[' || vals`],
    ['a payload that is no JSON', 'data', `'{'`],
    ['a payload in two lines', 'data', `data || char(10) || data`],
    ['a time that is gone', 'at', 'NULL'],
    ['a time that is none', 'at', `'soon'`],
    ['a shape that is not there', 'shape', '9999'],
  ])('PRJ-25 %s: the projection stands before it, with what came before', async (_what, column, value) => {
    damage(column, value)
    const client = await createClient({ store: sqliteStore(scratch.file), agents: [pad], onReport: () => {} })
    const view = await client.project(notes)
    await expect(view.ready).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    expect(view.status.parked).toMatchObject({ agent: { name: 'pad', id: 'a' }, revision: 5 })
    expect(await view.get('a')).toEqual({ texts: ['a1', 'a2', 'a3', 'a4'] })
    await client.close()
  })
})
