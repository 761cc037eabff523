import type { JsonObject } from '@refold/core/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chartFrom } from '../chart/chart-model.js'
import { placeChart } from '../chart/layout.js'
import type { AgentHead } from '../contract/agent.js'
import type { Refusal } from '../contract/answer.js'
import type { ChartView } from '../contract/chart.js'
import { makeLives } from '../lives.fixture.js'
import type { LivesFile } from '../lives.fixture.js'
import { Answers } from '../answers/answers.js'
import { chartRoutes } from './chart-routes.js'
import { LayoutThread } from './layout-thread.js'
import { serveSource } from './served.fixture.js'
import type { ServedFixture } from './served.fixture.js'

describe('charts, placed', () => {
  let lives: LivesFile
  let served: ServedFixture
  let fingerprint: string
  let stored: JsonObject
  beforeAll(async () => {
    lives = await makeLives()
    served = await serveSource(lives.store)
    fingerprint = (await served.get<AgentHead>('/api/agents/research-42')).fingerprint
    stored = (await new Answers({ source: lives.store }).agents.chart(fingerprint)) ?? {}
  })
  afterAll(async () => {
    await served.close()
    await lives.remove()
  })

  const place = async (body: unknown, query = ''): Promise<readonly [number, ChartView & Refusal]> => {
    const headers = { 'content-type': 'application/json' }
    const { status, json } = await served.ask(`/api/charts${query}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return [status, json as ChartView & Refusal]
  }

  test('INS-23 are what the layout gives here, with the edges that records name', async () => {
    const { machines, ...chart } = await served.get<ChartView>(`/api/charts/${fingerprint}`)
    expect(chart).toEqual(JSON.parse(JSON.stringify(await placeChart(chartFrom(stored)))))
    expect(machines).toEqual(['checking'])
    const point = await served.get<{ edges: string[] }>('/api/agents/research-42/points/2')
    const known = chart.edges.flatMap(({ edge }) => edge?.id ?? [])
    expect(known).toContain(point.edges[0])
  })

  test('INS-23 of child machines and of opened files are placed too', async () => {
    const child = await served.get<ChartView>(`/api/charts/${fingerprint}?machine=/checking`)
    expect(child.states.map(({ state }) => state.path)).toEqual(['', 'open', 'closed'])
    expect((await served.ask(`/api/charts/${fingerprint}?machine=/checking/none`)).status).toBe(404)
    expect((await served.ask(`/api/charts/${fingerprint}?machine=/__proto__`)).status).toBe(404)
    expect((await place(stored))[1]).toEqual(await served.get(`/api/charts/${fingerprint}`))
    expect((await place(stored, '?machine=/checking'))[1]).toEqual(child)
    const inside = { ...stored, machines: { again: { id: 'again', above: 1 } } }
    expect((await place(inside, '?machine=/again'))[1].states).toEqual((await place(stored))[1].states)
  })

  const root = { id: 'a' }
  test.each([
    ['nothing', null, 'INVALID_INPUT'],
    ['a list', [], 'INVALID_INPUT'],
    ['no nodes', { id: 'a', nodes: [], edges: [] }, 'TOO_LARGE'],
    ['a node that is its own parent', { id: 'a', nodes: [root, { id: 'b', parent: 'b' }], edges: [] }, 'INVALID_INPUT'],
    ['two of one id', { id: 'a', nodes: [root, { id: 'a', parent: 'a' }], edges: [] }, 'INVALID_INPUT'],
    ['two roots', { id: 'a', nodes: [root, { id: 'b' }], edges: [] }, 'INVALID_INPUT'],
    ['an edge to nowhere', { id: 'a', nodes: [root], edges: [{ id: '0.0', targets: ['b'] }] }, 'INVALID_INPUT'],
    ['numbers for texts', { id: 'a', nodes: [{ id: 1 }], edges: [] }, 'INVALID_INPUT'],
    ['invocations that are none', { id: 'a', nodes: [{ id: 'a', invokes: [7] }], edges: [] }, 'INVALID_INPUT'],
    [
      'too many states',
      {
        id: 'a',
        nodes: Array.from({ length: 3_000 }, (_, at) => (at === 0 ? root : { id: `${at}`, parent: 'a' })),
        edges: [],
      },
      'TOO_LARGE',
    ],
    [
      'too deep',
      {
        id: 'a',
        nodes: Array.from({ length: 100 }, (_, at) =>
          at === 0 ? root : { id: `${at}`, parent: at === 1 ? 'a' : `${at - 1}` },
        ),
        edges: [],
      },
      'TOO_LARGE',
    ],
  ])('INS-23 %s is refused', async (_what, chart, code) => {
    const [status, { error }] = await place(chart)
    expect([status, error.code]).toEqual([code === 'TOO_LARGE' ? 413 : 400, code])
    expect((await served.ask('/api/session')).status).toBe(200)
  })

  test('INS-23 each is laid out once, also when many ask for it at once', async () => {
    let times = 0
    const [route] = chartRoutes(new Answers({ source: lives.store }).agents, async (graph) => {
      times++
      return graph
    })
    const asked = { params: { fingerprint }, signal: new AbortController().signal }
    await Promise.all([route?.answer(asked), route?.answer(asked)])
    await route?.answer(asked)
    expect(times).toBe(1)
  })

  test('INS-23 one that takes too long is refused, and the next is placed all the same', async () => {
    const thread = new LayoutThread({ slowestMs: 1 })
    await expect(placeChart(chartFrom(stored), (graph) => thread.layOut(graph))).rejects.toMatchObject({
      code: 'TIMEOUT',
    })
    expect(thread.isRunning).toBe(false)
    thread.close()
    const patient = new LayoutThread()
    expect((await placeChart(chartFrom(stored), (graph) => patient.layOut(graph))).states.length).toBe(4)
    patient.close()
  })

  test('INS-23 few wait', async () => {
    const thread = new LayoutThread()
    const waiting = Array.from({ length: 17 }, () => thread.layOut({ id: '' }))
    await expect(thread.layOut({ id: '' })).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    expect(await Promise.all(waiting)).toHaveLength(17)
    const last = thread.layOut({ id: '' })
    thread.close()
    await expect(last).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('INS-229 none is begun after the close, also of those that wait', async () => {
    const thread = new LayoutThread()
    const asked = Array.from({ length: 3 }, () => thread.layOut({ id: '' }))
    thread.close()
    for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ reason: { code: 'CLOSED' } })
    await expect(thread.layOut({ id: '' })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(thread.isRunning).toBe(false)
  })
})
