/** The inspector as programs open it, asked over HTTP. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@refold/core'
import type { Runtime } from '@refold/core'
import { exportStreams, openExport } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { asking } from './asking.fixture.js'
import type { AgentRows, FleetView, HeatView, InboxView } from './contract/fleet.js'
import type { ActionsView, OrderDone } from './contract/orders.js'
import { createInspector } from './create-inspector.js'
import type { Inspector } from './create-inspector.js'
import { asking as expenseThatAsks, expense, fleet, worker } from './fleet/expenses.fixture.js'
import { HOSTILE } from './lives.fixture.js'
import { answerOf } from './server/served.fixture.js'

describe('createInspector', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })
  const opened = async (making: Promise<Inspector>): Promise<Inspector> => {
    const inspector = await making
    closing.push(() => inspector.close())
    return inspector
  }
  /** A runtime that goes on. */
  async function running(): Promise<Runtime> {
    const on = await worker(await fleet())
    closing.push(() => on.close())
    return on
  }

  test('INS-44 serves the store of a runtime, which goes on when it is closed', async () => {
    const on = await running()
    const inspector = await opened(createInspector(on, { port: 0, write: true, by: 'ana' }))
    const page = await asking(inspector)
    expect(page.session).toMatchObject({
      canWrite: true,
      isFile: false,
      definitions: [{ name: 'expense', version: 1 }],
    })
    expect((await page.get<FleetView>('/api/fleet')).agents).toBe(6)
    const sent = { do: 'send', agent: 'expense-asks', event: { type: 'note' }, id: 'n1' }
    const { status, json } = await page.order(sent)
    expect([status, (json as OrderDone).command]).toEqual([200, 'refold send expense-asks note --id n1 --by ana'])
    await inspector.close()
    await expect(page.get('/api/fleet')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect((await on.attach(expense, 'asks')).getSnapshot().context.notes).toBe(1)
  })

  test('INS-44 without write nothing is written, and INS-43 an order is refused with why', async () => {
    const log = await fleet()
    const store = memoryStore(log)
    const inspector = await opened(createInspector({ store, agents: [expense], port: 0 }))
    const page = await asking(inspector)
    const before = await eventsIn(memoryStore(log))
    expect(page.session).toMatchObject({
      canWrite: false,
      readOnlyBecause: expect.stringContaining('--write') as string,
    })
    expect(page.session).not.toHaveProperty('orderToken')
    const order = { do: 'pause', agent: 'expense-asks' }
    for (const headers of [{}, { 'x-refold-token': 'guessed' }]) {
      const { status, json } = await page.order(order, headers)
      expect([status, json]).toMatchObject([
        403,
        { error: { code: 'NOT_ALLOWED', hint: expect.stringContaining('--write') as string } },
      ])
    }
    const inbox = await page.get<InboxView>('/api/inbox')
    expect(inbox.items[0]).toMatchObject({ kind: 'approval', asked: { payload: { cents: 10 } } })
    await page.get<ActionsView>('/api/agents/expense-asks/actions')
    await page.get<HeatView>('/api/heat?definition=expense&version=1')
    expect(await eventsIn(memoryStore(log))).toBe(before)
  })

  test('INS-43 an order needs the token of orders, and definitions', async () => {
    const on = await running()
    const page = await asking(await opened(createInspector(on, { port: 0, write: true })))
    const order = { do: 'pause', agent: 'expense-asks' }
    for (const headers of [{}, { 'x-refold-token': 'guessed' }])
      expect(await page.order(order, headers)).toMatchObject({ status: 403, json: { error: { code: 'NOT_ALLOWED' } } })
    expect(await page.order({ do: 'erase' })).toMatchObject({ status: 400, json: { error: { code: 'INVALID_INPUT' } } })
    expect(await page.order({ ...order, agent: 'expense-none' })).toMatchObject({ status: 404 })
    expect(await page.order({ ...order, agent: HOSTILE })).toMatchObject({ status: 404 })
    expect((await on.attach(expense, 'asks')).getSnapshot().condition).toBe('running')
    expect(await page.order(order)).toMatchObject({ status: 200 })
    expect(await page.order(order)).toMatchObject({ status: 409, json: { error: { code: 'ALREADY_SO' } } })

    const plain = await asking(await opened(createInspector({ store: on.parts.store, port: 0, write: true })))
    expect(plain.session.readOnlyBecause).toContain('no definitions')
    expect(await plain.order(order)).toMatchObject({
      status: 403,
      json: { error: { message: expect.stringContaining('no definitions') as string } },
    })
  })

  test('INS-36 INS-39 what is to be approved is shown without what is secret, and approved all the same', async () => {
    const on = await running()
    const agent = await expenseThatAsks(on, 'card', { cents: 1, card: '4111-1111' })
    const page = await asking(await opened(createInspector(on, { port: 0, write: true, by: 'ana' })))
    const { text } = await page.ask('/api/inbox')
    expect(text).toContain('[secret 1]')
    const actions = await page.ask('/api/agents/expense-card/actions')
    expect(text + actions.text).not.toContain('4111-1111')
    const { payload, payloadHash, revision } = (actions.json as ActionsView).events[0]?.asked ?? {}
    expect(payload).toEqual({ cents: 1, card: '[secret 1]' })
    const yes = { do: 'approve', agent: 'expense-card', event: { type: 'approve', by: 'ana' }, payloadHash, revision }
    expect(await page.order(yes)).toMatchObject({ status: 200 })
    expect((await agent.done()).value).toBe('paid')
  })

  test('INS-33 pages and filters stand in the address, and one that is none is refused', async () => {
    const page = await asking(await opened(createInspector(await running(), { port: 0 })))
    const first = await page.get<AgentRows>('/api/agents?limit=2&definition=expense')
    expect(first.rows.map(({ id }) => id)).toEqual(['asks', 'paid'])
    const second = await page.get<AgentRows>(`/api/agents?limit=2&definition=expense&after=${first.next}`)
    expect(second.rows.map(({ id }) => id)).toEqual(['doubt', 'blocked'])
    const queries = ['status=lost', 'condition=x', 'concern=none', 'version=one', 'limit=-1']
    for (const query of queries) expect((await page.ask(`/api/agents?${query}`)).status).toBe(400)
    for (const query of ['', 'definition=expense', 'definition=expense&version=x'])
      expect((await page.ask(`/api/heat?${query}`)).status).toBe(400)
    expect((await page.ask('/api/heat?definition=none&version=1')).status).toBe(404)
    const hostile = encodeURIComponent(HOSTILE)
    expect((await page.get<AgentRows>(`/api/agents?text=${hostile}&definition=${hostile}`)).rows).toEqual([])
    expect(await page.get(`/api/agents?after=${hostile}`)).toEqual({ rows: [] })
    expect((await page.ask(`/api/agents/${hostile}/actions`)).status).toBe(404)
  })

  test('INS-44 a file is shown as far as it tells', async () => {
    const store = memoryStore(await fleet())
    const lines: string[] = []
    const streams = ['expense-asks', 'expense-doubt', ...(await chartsIn(store))]
    for await (const line of exportStreams(store, streams)) lines.push(`${line}\n`)
    const file = await openExport(new Blob(lines))
    const page = await asking(await opened(createInspector({ store: file, port: 0, write: true })))
    expect(page.session).toMatchObject({ isFile: true, canWrite: false })
    expect((await page.get<FleetView>('/api/fleet')).concerns).toMatchObject({ 'in-doubt': 1, 'waits-for-a-person': 1 })
    expect((await page.get<AgentRows>('/api/agents?text=doubt')).rows).toMatchObject([
      { id: 'doubt', lastAt: expect.any(Number) as number },
    ])
    const heat = await page.get<HeatView>('/api/heat?definition=expense&version=1')
    expect(heat.states.find(({ path }) => path === 'paying')).toMatchObject({ agents: 1, longest: 'expense-doubt' })
    expect((await page.order({ do: 'pause', agent: 'expense-asks' })).status).toBe(403)
  })

  test('INS-52 the address for a browser opens once, and for a minute', async () => {
    const inspector = await opened(createInspector({ store: memoryStore(await fleet()), port: 0 }))
    const open = async (url: string): Promise<number> => {
      const token = new URL(url).hash.replace('#token=', '')
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ token })
      return (await answerOf(inspector.port, '/api/open', { method: 'POST', headers, body })).status
    }
    const url = inspector.urlOnce()
    expect(url).not.toBe(inspector.url)
    expect([await open(url), await open(url), await open(inspector.url), await open(inspector.url)]).toEqual([
      204, 401, 204, 204,
    ])
    vi.useFakeTimers({ toFake: ['performance'] })
    const late = inspector.urlOnce()
    vi.advanceTimersByTime(60_001)
    expect(await open(late)).toBe(401)
    vi.useRealTimers()
  })

  test('INS-45 takes the port that is named, or none', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    closing.push(() => taken.close())
    const { port } = taken.address() as AddressInfo
    const store = memoryStore(await fleet())
    await expect(createInspector({ store, port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' })
    const [one, other] = await Promise.all(
      [1, 2].map(async () => opened(createInspector({ store: memoryStore(await fleet()) }))),
    )
    expect(one?.port).not.toBe(other?.port)
  })

  test('INS-48 shows what others write to the same file meanwhile', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'refold-inspected-'))
    closing.push(() => rmSync(directory, { recursive: true }))
    const file = join(directory, 'agents.db')
    const { createRuntime } = await import('@refold/core')
    const on = await createRuntime({ store: sqliteStore(file), agents: [expense], worker: { releaseOnSignal: false } })
    closing.push(() => on.close())
    await expenseThatAsks(on, '1')
    const page = await asking(await opened(createInspector({ store: sqliteStore(file, { readOnly: true }), port: 0 })))
    expect((await page.get<AgentRows>('/api/agents')).rows).toHaveLength(1)
    await expenseThatAsks(on, '2')
    expect((await page.get<AgentRows>('/api/agents')).rows).toHaveLength(2)
    await expect.poll(async () => (await page.get<FleetView>('/api/fleet')).agents).toBe(2)
    expect((await page.get<InboxView>('/api/inbox')).items).toHaveLength(2)
  })
})

async function chartsIn(store: ReturnType<typeof memoryStore>): Promise<readonly string[]> {
  const charts = new Set<string>()
  for await (const page of store.readAll())
    for (const { stream } of page) if (stream.startsWith('refold-chart-')) charts.add(stream)
  return [...charts]
}

async function eventsIn(store: ReturnType<typeof memoryStore>): Promise<number> {
  let events = 0
  for await (const page of store.readAll()) events += page.length
  return events
}
