/** Counts, rows, heat and inbox of a fleet that stands in every way there is. */
import { memoryLog, memoryStore } from '@refold/core'
import type { MemoryLog, Store } from '@refold/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FleetFilter } from '../contract/fleet.js'
import { agentRows } from './agent-rows.js'
import { approved, asking, expenseAgent, fleet, surveyOf, worker } from './expenses.fixture.js'
import { GoneOwners } from './gone-owners.js'
import { heatOf } from './heat.js'
import { inboxOf } from './inbox.js'
import { surveyFleet } from './survey.js'

describe('a fleet', () => {
  let log: MemoryLog
  let store: Store
  beforeAll(async () => {
    log = await fleet()
    store = memoryStore(log)
  })

  test('INS-30 INS-31 is counted by how agents stand, with what someone should look at', async () => {
    const view = await surveyFleet(surveyOf(store), Date.now())
    expect(view.agents).toBe(6)
    expect(
      view.groups.map(({ active, status, condition, agents }) => [active.join(), status, condition, agents]),
    ).toEqual(
      expect.arrayContaining([
        ['open.review', 'active', 'running', 1],
        ['open.review', 'active', 'paused', 1],
        ['paying', 'active', 'in-doubt', 1],
        ['paying', 'active', 'blocked', 1],
        ['paid', 'done', 'running', 1],
      ]),
    )
    expect(view.concerns).toEqual({
      blocked: 1,
      'in-doubt': 1,
      overdue: 0,
      'waits-for-a-person': 2,
      paused: 1,
      unowned: 0,
      unplaceable: 0,
    })
    expect(view.unknown).toEqual({ unplaceable: 'no definitions are loaded' })
    const later = await surveyFleet(surveyOf(store), Date.now() + 2 * 86_400_000)
    expect(later.concerns.overdue).toBe(1) // a paused one is held
  })

  test('INS-30 work of a process that is gone is unowned, and each owner is asked after once', async () => {
    const busy = memoryLog()
    const on = await worker(busy)
    for (const id of ['1', '2', '3']) await approved(on, id, { cents: 1, hang: true })
    const asked: string[] = []
    const provenDead = async (owner: string): Promise<boolean> => asked.push(owner) > 0
    const living = surveyOf(memoryStore(busy))
    await expect.poll(async () => (await surveyFleet(living, Date.now())).groups[0]?.pending).toBe(3)
    expect((await surveyFleet(living, Date.now())).concerns.unowned).toBe(0)
    const survey = { ...living, gone: new GoneOwners({ announce: () => Promise.reject(new Error('no')), provenDead }) }
    expect((await surveyFleet(survey, Date.now())).concerns.unowned).toBe(3)
    const { rows } = await agentRows(survey, { filter: { concern: 'unowned' }, limit: 10, now: Date.now() })
    expect(rows).toMatchObject([{ id: '1', isOwnerGone: true }, { id: '2' }, { id: '3' }])
    expect(asked).toHaveLength(1)
    await on.close()
  })

  test('INS-30 agents without a place in the loaded definitions are found beside the counts', async () => {
    const survey = surveyOf(store, [expenseAgent({ version: 2 })])
    expect((await surveyFleet(survey, Date.now())).unknown.unplaceable).toBe('it is being looked up')
    await expect.poll(async () => (await surveyFleet(survey, Date.now())).concerns.unplaceable).toBe(4)
    const page = await agentRows(survey, { filter: { concern: 'unplaceable' }, limit: 10, now: Date.now() })
    expect(page.rows.map(({ id }) => id)).toEqual(['asks', 'doubt', 'blocked', 'paused'])
  })

  test.each([
    [{ concern: 'blocked' }, ['blocked']],
    [{ concern: 'in-doubt' }, ['doubt']],
    [{ concern: 'paused' }, ['paused']],
    [{ concern: 'waits-for-a-person' }, ['asks', 'paused']],
    [{ concern: 'waits-for-a-person', condition: 'running' }, ['asks']],
    [{ condition: 'running' }, ['asks']],
    [{ condition: 'running', status: 'active' }, ['asks']],
    [{ condition: 'running', status: 'done' }, []],
    [{ status: 'done' }, ['paid']],
    [{ state: 'open' }, ['asks', 'paused', 'stopped']],
    [{ state: 'open.review', status: 'active' }, ['asks', 'paused']],
    [{ state: 'op' }, []],
    [{ text: 'OU' }, ['doubt']],
    [{ definition: 'expense', version: 2 }, []],
  ] as const)('INS-33 rows are found by %j', async (filter, ids) => {
    const page = await agentRows(surveyOf(store), { filter, limit: 10, now: Date.now() })
    expect(page.rows.map(({ id }) => id)).toEqual(ids)
    expect(page.next).toBeUndefined()
    for (const { lastAt } of page.rows) expect(lastAt).toBeGreaterThan(0)
  })

  test('INS-110 a row of an agent that has ended says so, and running finds none of them', async () => {
    const rows = async (filter: FleetFilter) =>
      (await agentRows(surveyOf(store), { filter, limit: 10, now: Date.now() })).rows
    expect((await rows({ status: 'done' })).map(({ condition }) => condition)).toEqual(['ended'])
    expect((await rows({ condition: 'running' })).map(({ status }) => status)).toEqual(['active'])
  })

  test('INS-33 pages hold each agent once, while others begin', async () => {
    const on = await worker(log)
    const survey = surveyOf(store)
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await agentRows(survey, { filter: {}, after, limit: 4, now: Date.now() })
      seen.push(...page.rows.map(({ id }) => id))
      after = page.next
      if (seen.length < 12) await asking(on, `more${seen.length}`)
    } while (after !== undefined)
    await on.close()
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(0, 6)).toEqual(['asks', 'paid', 'doubt', 'blocked', 'paused', 'stopped'])
    expect(seen).toContain('more4')
  })

  test('INS-36 the inbox lists what waits, longest first, and what exactly is asked', async () => {
    const items = (await inboxOf(surveyOf(store), {})).items
    expect(items.map(({ kind, agent, what }) => [kind, agent, what]).slice(0, 3)).toEqual([
      ['approval', 'expense-asks', 'approve'],
      ['approval', 'expense-paused', 'approve'],
      ['doubt', 'expense-doubt', 'charge'],
    ])
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted((one, other) => one - other))
    expect(items[2]).toMatchObject({ why: 'interrupted', effect: expect.any(String) as string })
    const ask = async (agent: string) => ({
      payload: { of: agent, page: 'x'.repeat(1e6) },
      payloadHash: 'abc',
      revision: 7,
    })
    const asked = await inboxOf(surveyOf(store), { ask })
    expect(asked.items[0]).toMatchObject({
      revision: 7,
      asked: { payload: { of: 'expense-asks', page: { $cut: { size: 1e6 } } }, payloadHash: 'abc' },
    })
  })

  test('INS-34 INS-35 the heat tells where agents are, for how long, and what they took', async () => {
    const now = Date.now() + 60_000
    const heat = await heatOf({ store }, { definition: 'expense', version: 1, now })
    const state = (path: string) => heat.states.find((one) => one.path === path)
    expect(state('paying')).toMatchObject({ agents: 2, sampled: 2, longest: 'expense-doubt' })
    expect(state('paid')).toEqual({ path: 'paid', agents: 1, sampled: 0 })
    expect(state('open')?.agents).toBe(state('open.review')?.agents)
    expect(state('open')?.longest).toBe('expense-asks')
    for (const { medianMs = 60_000, longestMs = 60_000 } of heat.states) {
      expect(medianMs).toBeGreaterThanOrEqual(60_000)
      expect(longestMs).toBeGreaterThanOrEqual(medianMs)
    }
    expect(heat.edges.isAll).toBe(true)
    expect(Object.values(heat.edges.taken).toSorted((one, other) => one - other)).toEqual([1, 3]) // paid; approved
    await expect(heatOf({ store }, { definition: 'expense', version: 9, now })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const gone = heatOf({ store }, { definition: 'expense', version: 1, now, signal: AbortSignal.abort() })
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('INS-35 edges that were taken in another chart of the same version are not counted', async () => {
    const changed = expenseAgent({ more: { archive: {} } })
    const on = await worker(log, [changed])
    const agent = await on.attach(changed, 'asks')
    await agent.send({ type: 'note' })
    const late = await asking(on, 'late')
    await late.send({ type: 'note' })
    await on.close()
    const { edges } = await heatOf({ store }, { definition: 'expense', version: 1, now: Date.now() })
    expect(Object.values(edges.taken)).toEqual([2])
  })
})
