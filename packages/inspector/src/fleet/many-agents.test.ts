/** A file of 100,000 agents: what is read for a page, and for the heat. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewEvent, Store } from '@refold/core/store'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentRows } from './agent-rows.js'
import { surveyOf } from './expenses.fixture.js'
import { heatOf } from './heat.js'
import { inboxOf } from './inbox.js'
import { surveyFleet } from './survey.js'

const AGENTS = 100_000
const asked = { entries: 0, records: 0 }
const STATES = ['draft', 'review', 'paying', 'paid'] as const

/** Each has two records; every thousandth is in `stuck`. */
function recordsOf(number: number): readonly NewEvent[] {
  const state = number % 1000 === 7 ? 'stuck' : (STATES[number % STATES.length] ?? 'draft')
  const record = (type: string, header: object): NewEvent => ({
    id: crypto.randomUUID(),
    type,
    data: {},
    metadata: {
      refold: { v: 0, agent: 'order@1', input: { kind: 'event' }, body: { patch: [], path: ['0.1'] }, ...header },
    },
  })
  const at = 1_000_000 + number
  return [
    record('refold.started', { at, fingerprint: 'f', status: 'active', active: ['draft'], condition: 'running' }),
    record('moved', { at: at + 1, active: [state] }),
  ]
}

describe('100,000 agents', { timeout: 600_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'refold-many-'))
  const file = sqliteStore(join(directory, 'agents.db'))
  const store = counting(file)
  beforeAll(async () => {
    for (let from = 0; from < AGENTS; from += 1_000)
      await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          file.append(`order-${from + index}`, recordsOf(from + index), { expected: 'no_stream' }),
        ),
      )
  }, 600_000)
  afterAll(async () => {
    await file.close()
    rmSync(directory, { recursive: true })
  })

  test('INS-33 a page reads its own entries, and the last record of each', async () => {
    Object.assign(asked, { entries: 0, records: 0 })
    const page = await agentRows(surveyOf(store), { filter: { definition: 'order' }, limit: 100, now: Date.now() })
    expect(page.rows).toHaveLength(100)
    expect(asked).toEqual({ entries: 101, records: 100 })
    const next = await agentRows(surveyOf(store), { filter: {}, after: 'order-99998', limit: 100, now: Date.now() })
    expect(next).toMatchObject({ rows: [{ id: '99999' }] })
  })

  test('INS-30 all are counted in one look at the directory', async () => {
    Object.assign(asked, { entries: 0, records: 0 })
    const view = await surveyFleet(surveyOf(store), Date.now())
    expect(view.groups).toHaveLength(5)
    expect(view.groups.reduce((sum, { agents }) => sum + agents, 0)).toBe(AGENTS)
    expect(asked.entries).toBe(AGENTS)
    expect(asked.records).toBeLessThan(10)
  })

  test('INS-290 the inbox is two looks at the directory at most, also where nothing was counted and no chart is stored', async () => {
    Object.assign(asked, { entries: 0, records: 0 })
    expect(await inboxOf(surveyOf(store), {})).toEqual({ items: [], isCut: false })
    expect(asked.entries).toBe(2 * AGENTS)
    expect(asked.records).toBeLessThan(100)
  })

  test('INS-34 INS-35 the heat looks at some agents of each state, of rare ones at all', async () => {
    Object.assign(asked, { entries: 0, records: 0 })
    const now = 1_000_000 + AGENTS + 1
    const heat = await heatOf({ store }, { definition: 'order', version: 1, now })
    const stuck = heat.states.find(({ path }) => path === 'stuck')
    expect(stuck).toMatchObject({ agents: 100, sampled: 100, longest: 'order-7', longestMs: AGENTS - 7 })
    const review = heat.states.find(({ path }) => path === 'review')
    expect(review).toMatchObject({ agents: 25_000, sampled: 100 })
    expect(Math.abs((review?.medianMs ?? 0) - AGENTS / 2)).toBeLessThan(AGENTS / 50)
    expect(heat.edges).toEqual({ taken: { '0.1': 1_000 }, agents: 500, records: 1_000, isAll: false })
    expect(asked.records).toBeLessThan(1_100)
  })
})

/** Counts what is asked of it. */
function counting(file: Store): Store {
  const { directory: entries } = file
  return Object.assign(Object.create(file) as Store, {
    directory: {
      ...entries,
      get: (stream: string) => entries.get(stream),
      async *find(query = {}) {
        for await (const page of entries.find(query)) {
          asked.entries += page.length
          yield page
        }
      },
    },
    async *read(stream: string, options = {}) {
      for await (const page of file.read(stream, options)) {
        asked.records += page.length
        yield page
      }
    },
  })
}
