import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import { openExport } from '@refold/core/history'
import type { HistorySource } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { describe, expect, test } from 'vitest'
import type { AgentHead, PointView, RecordRow, Skeleton } from '../contract/agent.js'
import { makeLives, order } from '../lives.fixture.js'
import { liveLong } from '../long-life.fixture.js'
import { answerOf, serveSource } from '../server/served.fixture.js'
import { Answers } from './answers.js'

/** Counts the records that are read. */
function counted(source: HistorySource): HistorySource & { records: number } {
  const counting = {
    records: 0,
    async *read(...of: Parameters<HistorySource['read']>) {
      for await (const page of source.read(...of)) {
        counting.records += page.length
        yield page
      }
    },
  }
  return counting
}

describe('agents that are looked at', () => {
  test('INS-21 what is written meanwhile is in the next answer', async () => {
    const log = memoryLog()
    const runtime = await createRuntime({ store: memoryStore(log), agents: [order] })
    const agent = await runtime.start(order, { id: '1' })
    const answers = new Answers({ source: memoryStore(log) })
    for (let note = 1; note <= 3; note++) {
      await agent.send({ type: 'note', text: `note ${note}` })
      expect((await answers.ask('head', { agent: 'order-1' })) as AgentHead).toMatchObject({ last: note })
      const point = (await answers.ask('point', { agent: 'order-1', at: `${note}` })) as PointView
      expect(point.document).toMatchObject({ root: { context: { note: `note ${note}` } } })
    }
    await agent.send({ type: 'note', text: 'note 4' })
    expect(await answers.ask('record', { agent: 'order-1', at: '4' })).toMatchObject({ data: { text: 'note 4' } })
    await runtime.close()
  })

  test('INS-21 few are kept, those that were asked about last', async () => {
    const log = memoryLog()
    const runtime = await createRuntime({ store: memoryStore(log), agents: [order] })
    for (let id = 0; id < 12; id++) await runtime.start(order, { id: `${id}` })
    await runtime.close()
    const source = counted(memoryStore(log))
    const { agents } = new Answers({ source })
    const release = agents.hold('order-0')
    for (let id = 0; id < 12; id++) await agents.open(`order-${id}`)
    const reads = async (id: number): Promise<number> => {
      const before = source.records
      await agents.open(`order-${id}`, { to: 0 })
      return source.records - before
    }
    expect(await reads(11)).toBe(0)
    expect(await reads(0)).toBe(0)
    expect(await reads(1)).toBeGreaterThan(0)
    release()
    for (let id = 2; id < 12; id++) await agents.open(`order-${id}`)
    expect(await reads(0)).toBeGreaterThan(0)
  })

  test('INS-21 one that could not be read is asked for again', async () => {
    const lives = await makeLives()
    let isAway = true
    const source: HistorySource = {
      read: (...of) => {
        if (isAway) throw Object.assign(new Error('away'), { name: 'RefoldError', code: 'STORE_REJECTED' })
        return lives.store.read(...of)
      },
    }
    const served = await serveSource(source)
    expect((await served.ask('/api/agents/order-1')).status).toBe(503)
    isAway = false
    expect((await served.ask('/api/agents/order-1')).status).toBe(200)
    isAway = true
    expect((await served.ask('/api/agents/order-1')).status).toBe(503)
    expect((await served.ask('/api/agents/order-1/points/0')).status).toBe(200)
    await served.close()
    await lives.remove()
  })

  test('INS-22 100,000 records are read once, and a step to the next one reads few of them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'refold-long-'))
    const open = (): ReturnType<typeof sqliteStore> => sqliteStore(join(directory, 'long.db'))
    await liveLong(open, 100_000)
    const store = open()
    const source = counted(store)
    const served = await serveSource(source)
    const agent = '/api/agents/counter-1'
    const [head, skeleton, rows, point] = await Promise.all([
      served.get<AgentHead>(agent),
      served.get<Skeleton>(`${agent}/skeleton`),
      served.get<RecordRow[]>(`${agent}/rows?from=99900&to=99999`),
      served.get<PointView>(`${agent}/points/99999`),
    ])
    expect([head.last, skeleton.types.length, rows.length, point.revision]).toEqual([99_999, 100_000, 100, 99_999])
    expect(source.records).toBeLessThan(100_000 + 500)
    expect((await served.ask(`${agent}/skeleton`)).text.length).toBeLessThan(1_000_000)
    for (const from of [99_999, 50_000, 64]) {
      await served.get(`${agent}/points/${from}`)
      const before = source.records
      for (let at = from; at > from - 50; at--)
        expect(await served.get(`${agent}/points/${at}`)).toMatchObject({
          document: { root: { context: { total: at } } },
        })
      expect(source.records - before).toBeLessThan(300)
    }
    expect(await served.get(`${agent}/find?where=/context/total=70000`)).toMatchObject([
      { revision: 70_000 },
      { revision: 70_001 },
    ])
    await served.close()
    await store.close()
    rmSync(directory, { recursive: true })
  })

  test('INS-18 of a file that was cut everything before the cut is told, and where it is', async () => {
    const lives = await makeLives()
    const text = await (await lives.exported(['order-5', 'research-42'])).text()
    const cut = text.slice(0, text.indexOf('"research-42","revision":3') + 30)
    const file = await openExport(new Blob([cut]))
    const served = await serveSource(file)
    const head = await served.get<AgentHead>('/api/agents/research-42')
    expect(head).toMatchObject({
      lastState: 2,
      trouble: { revision: 3, error: { code: 'UNREADABLE' } },
      active: ['thinking'],
    })
    expect(await served.get('/api/agents/research-42/points/2')).toMatchObject({ active: ['thinking'] })
    expect(await served.get('/api/agents/research-42/lanes')).toMatchObject({ to: 2, effects: [{ src: 'callModel' }] })
    expect(await served.get('/api/agents/research-42/rows?from=0&to=9')).toHaveLength(3)
    const behind = await served.ask('/api/agents/research-42/points/3')
    expect([behind.status, behind.json]).toMatchObject([409, { error: { code: 'UNREADABLE' } }])
    const { port } = served.server
    expect((await answerOf(port, '/api/agents/order-5', { headers: { cookie: served.cookie } })).status).toBe(200)
    await served.close()
    await lives.remove()
  })
})
