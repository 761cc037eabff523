/** Histories of a store that hands out records in bulk. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { isRefoldError, openHistory } from '@refold/core/history'
import type { AgentHistory, HistoryPoint, HistorySource } from '@refold/core/history'
import type { StateDocument } from '@refold/core/record'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'

/** SQLite as a damage needs it: Node's own where there is one, since a binary of better-sqlite3 is of one Node. */
type Database = new (file: string) => { prepare(sql: string): { run(): unknown }; close(): void }
const builtIn = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Database } | undefined
const Database = builtIn?.DatabaseSync ?? (createRequire(import.meta.url)('better-sqlite3') as Database)

const machine = setup({
  types: { context: {} as { results: { text: string; n: number }[]; step: number } },
  actors: {
    draft: effect(async ({ input, attempt }: EffectArgs<{ step: number }>) => {
      if (attempt === 1 && input.step % 50 === 7) throw new Error('overloaded')
      return { text: `step ${input.step}`, n: input.step }
    }),
  },
}).createMachine({
  context: { results: [], step: 0 },
  initial: 'working',
  states: {
    working: {
      invoke: {
        src: 'draft',
        input: ({ context }) => ({ step: context.step }),
        onDone: [
          {
            guard: ({ context }) => context.step === 700,
            target: 'resting',
          },
          {
            target: 'working',
            reenter: true,
            actions: assign({
              step: ({ context }) => context.step + 1,
              results: ({ context, event }) => [...context.results.slice(-20), event.output],
            }),
          },
        ],
      },
    },
    resting: { after: { 5: 'over' } },
    over: { type: 'final' },
  },
})
const long = defineAgent({
  name: 'long',
  version: 1,
  machine,
  effects: { draft: { retry: { attempts: 2, delayMs: 0 } } },
})

let directory = ''
/** As it was written, and a copy for each test. */
let written = ''
let file = ''
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'refold-bulk-'))
  written = join(directory, 'written.db')
  const store = sqliteStore(written)
  const runtime = await createRuntime({ store, agents: [long] })
  const agent = await runtime.start(long, { id: '1' })
  await agent.done()
  await runtime.fork(long, '1', { as: 'again', at: 300 })
  await runtime.close()
  await store.close()
})
beforeEach(() => {
  file = join(directory, `${randomUUID()}.db`)
  copyFileSync(written, file)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** All that can be asked at many points. */
async function toldBy(history: AgentHistory): Promise<unknown> {
  const { first, last, lastState, trouble, forkedFrom } = history
  const points = []
  for (let revision = first; revision <= lastState; revision += 37) points.push(await history.at(revision))
  if (lastState >= first) points.push(await history.at(lastState))
  const broken = trouble && { revision: trouble.revision, code: trouble.error.code, message: trouble.error.message }
  const odd = await history.find(({ root }) => Number((root.context as { readonly step?: number }).step) % 3 === 1)
  const few = await history.find((_state, { revision }) => revision % 5 === 0, { limit: 7 })
  return JSON.stringify({ first, last, lastState, broken, forkedFrom, outline: history.outline(), points, odd, few })
}

/** A history in bulk, and one of which every record is built. */
async function bothWays(
  stream: string,
): Promise<{ readonly bulk: unknown; readonly plain: unknown; readonly isBulk: boolean }> {
  const store = sqliteStore(file)
  try {
    let replayed = 0
    const bulk: HistorySource = {
      read: store.read.bind(store),
      replay: async (...given) => {
        await store.replay?.(...given)
        replayed++ // it did not fail
      },
    }
    const plain: HistorySource = { read: store.read.bind(store) }
    const [one, other] = [await openHistory(bulk, stream), await openHistory(plain, stream)]
    return { bulk: await toldBy(one), plain: await toldBy(other), isBulk: replayed > 0 }
  } finally {
    await store.close()
  }
}

function damage(sql: string): void {
  const database = new Database(file)
  const { changes } = database.prepare(sql).run() as { readonly changes: number | bigint }
  database.close()
  expect(Number(changes), sql).toBeGreaterThan(0)
}

const OF_LONG = "stream = (SELECT id FROM stream WHERE name = 'long-1')"

describe('a store that hands out records in bulk', () => {
  test.each(['long-1', 'long-again'])(
    'HIS-47 tells the same of %s as one that is read record by record',
    async (stream) => {
      const { bulk, plain, isBulk } = await bothWays(stream)
      expect(isBulk).toBe(true)
      expect(bulk).toBe(plain)
    },
  )

  test('HIS-47 tells the same of what comes while it is open, a part at a time', async () => {
    const store = sqliteStore(join(directory, 'growing.db'))
    const runtime = await createRuntime({ store, agents: [long] })
    const agent = await runtime.start(long, { id: '1' })
    const history = await openHistory(store, 'long-1')
    const lasts = new Set<number>()
    for (const step of [20, 90, 300, 500]) {
      await agent.waitFor(({ context }) => context.step >= step)
      await history.readOn()
      lasts.add(history.last)
      expect(history.lastState).toBe(history.last)
    }
    await agent.done()
    expect(lasts.size).toBeGreaterThan(2)
    await history.readOn()
    const plain = await openHistory({ read: store.read.bind(store) }, 'long-1')
    expect(await toldBy(history)).toBe(await toldBy(plain))
    await runtime.close()
    await store.close()
  })

  test('HIS-25 shows the same states, wherever a cursor jumps to and steps from there', async () => {
    const store = sqliteStore(file)
    const plain = await openHistory({ read: store.read.bind(store) }, 'long-1')
    const stepping = plain.cursor()
    const shown: string[] = []
    await stepping.to(0)
    do shown.push(JSON.stringify(stepping.state))
    while (await stepping.forward())
    let replayed = 0
    const counting: HistorySource = {
      read: store.read.bind(store),
      replay: async (...given) => (replayed++, store.replay?.(...given)),
    }
    const history = await openHistory(counting, 'long-1')
    const cursor = history.cursor()
    let place = 1
    for (let jump = 0; jump < 40; jump++) {
      place = (place * 48_271 + 11) % shown.length
      await cursor.to(place)
      const steps = (place % 5) * 70
      for (let step = 0; step <= steps; step++) {
        expect(JSON.stringify(cursor.state)).toBe(shown[cursor.revision])
        if (!(await (jump % 3 === 0 ? cursor.forward() : cursor.back()))) break
      }
    }
    expect(replayed, 'else nothing was gone in bulk').toBeGreaterThan(40)
    for (const path of ['/context/step', '/agent/id'])
      expect(await history.blame(path, { at: 650 })).toEqual(await plain.blame(path, { at: 650 }))
    await store.close()
  })

  test('HIS-30 finds the same where states are too large to be made one by one, and what the condition throws', async () => {
    const counting = setup({ types: { context: {} as { readonly list: readonly number[] } } }).createMachine({
      context: { list: Array.from({ length: 4_000 }, () => 0) },
      on: {
        tick: { actions: assign({ list: ({ context: { list } }) => [...list.slice(1), (list.at(-1) ?? 0) + 1] }) },
      },
    })
    const wide = defineAgent({ name: 'wide', version: 1, machine: counting })
    const store = sqliteStore(join(directory, 'wide.db'))
    const runtime = await createRuntime({ store, agents: [wide] })
    const agent = await runtime.start(wide, { id: '1' })
    for (let tick = 0; tick < 150; tick++) await agent.send({ type: 'tick' })
    const last = ({ root }: StateDocument): number =>
      (root.context as { readonly list: readonly number[] }).list.at(-1) ?? 0
    const history = await openHistory(store, 'wide-1')
    const found = await history.find((state) => last(state) % 50 === 49)
    expect(found.map(({ becomes }) => becomes)).toEqual([true, false, true, false, true, false])
    const plain = await openHistory({ read: store.read.bind(store) }, 'wide-1')
    expect(found).toEqual(await plain.find((state) => last(state) % 50 === 49))
    const seen: number[] = []
    const failing = history.find((_state, { revision }) => {
      seen.push(revision)
      if (revision === 5) throw new RangeError('enough')
      return false
    })
    await expect(failing).rejects.toMatchObject({ code: 'INVALID_INPUT', cause: expect.any(RangeError) })
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
    await runtime.close()
  })

  test.each([
    ['values that are no JSON', `UPDATE log SET vals = '1,' WHERE ${OF_LONG} AND revision = 400`],
    ['too few values', `UPDATE log SET vals = '1' WHERE ${OF_LONG} AND revision = 400`],
    ['a value of another kind', `UPDATE log SET vals = '{},{},{},{},{},{},{}' WHERE ${OF_LONG} AND revision = 400`],
    ['values of two rows in one', `UPDATE log SET vals = vals || '],[' || vals WHERE ${OF_LONG} AND revision = 400`],
    ['a time that is two', `UPDATE log SET at = at || ',' || at WHERE ${OF_LONG} AND revision = 400`],
    ['no time', `UPDATE log SET at = NULL WHERE ${OF_LONG} AND revision = 400`],
    ['a time with a fraction', `UPDATE log SET at = at + 0.5 WHERE ${OF_LONG} AND revision = 400`],
    ['a time that is a text', `UPDATE log SET at = 'x' || at WHERE ${OF_LONG} AND revision = 400`],
    ['an id that is another', `UPDATE log SET event = event + 1 WHERE ${OF_LONG} AND revision = 400`],
    ['an id that is a text', `UPDATE log SET event = 'a,b' WHERE ${OF_LONG} AND revision = 400`],
    ['an id that stands whole', `UPDATE log SET event = 'a,b', prefix = NULL WHERE ${OF_LONG} AND revision = 400`],
    ['one record that is gone', `DELETE FROM log WHERE ${OF_LONG} AND revision = 400`],
    ['a page of records that are gone', `DELETE FROM log WHERE ${OF_LONG} AND revision BETWEEN 480 AND 520`],
    ['the first records gone', `DELETE FROM log WHERE ${OF_LONG} AND revision < 3`],
    ['the last records gone', `DELETE FROM log WHERE ${OF_LONG} AND revision > 600`],
    ['all but one gone', `DELETE FROM log WHERE ${OF_LONG} AND revision <> 0`],
  ])('HIS-47 tells the same of %s', async (_what, sql) => {
    damage(sql)
    const { bulk, plain } = await bothWays('long-1')
    expect(bulk).toBe(plain)
  })

  test.each([
    ['cut', `UPDATE log SET data = '{"text":' WHERE ${OF_LONG} AND revision = 400`],
    ['broken into lines', `UPDATE log SET data = replace(data, '"', char(10)) WHERE ${OF_LONG} AND revision = 400`],
    ['two in one', `UPDATE log SET data = data || char(10) || data WHERE ${OF_LONG} AND revision = 400`],
  ])(
    'HIS-48 shows the states behind a payload that is %s once they hold nothing of it, and never another state',
    async (_what, sql) => {
      const store = sqliteStore(file)
      const whole = await openHistory(store, 'long-1')
      const shown = new Map<number, string>()
      for (let revision = 0; revision <= whole.last; revision++)
        shown.set(revision, JSON.stringify((await whole.at(revision)).document))
      await store.close()
      damage(sql)
      const again = sqliteStore(file)
      const history = await openHistory(again, 'long-1')
      const missing: number[] = []
      for (let revision = 0; revision <= whole.last; revision++) {
        const state = await history.at(revision).catch((error: unknown) => error)
        if (isRefoldError(state, 'UNREADABLE')) missing.push(revision)
        else expect(JSON.stringify((state as HistoryPoint).document)).toBe(shown.get(revision))
      }
      await again.close()
      expect(missing).toContain(400)
      expect(missing.length).toBeLessThan(64)
    },
  )
})
