import { openExport, openHistory } from '@refold/core/history'
import type { Blame, Explanation } from '@refold/core/history'
import { applyPatch } from '@refold/core/record'
import type { JsonObject } from '@refold/core/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  AgentHead,
  DiffView,
  FlipView,
  Lanes,
  PointView,
  RecordRow,
  Skeleton,
  TranscriptView,
} from '../contract/agent.js'
import { ANSWER, HOSTILE } from '../lives.fixture.js'
import { serveLives, serveSource } from '../server/served.fixture.js'
import type { ServedLives } from '../server/served.fixture.js'

const AGENTS = ['research-42', 'writer-7', 'order-1', 'order-2', 'order-3', 'order-4', 'order-5', 'order-6']

describe('what is told of an agent', () => {
  let served: ServedLives
  beforeAll(async () => {
    served = await serveLives()
  })
  afterAll(() => served.close())

  const get = <T>(agent: string, path = ''): Promise<T> => served.get<T>(`/api/agents/${agent}${path}`)
  const headOf = (agent: string): Promise<AgentHead> => get<AgentHead>(agent)
  const rowsOf = async (agent: string): Promise<readonly RecordRow[]> =>
    get(agent, `/rows?from=0&to=${(await headOf(agent)).last}`)

  test('INS-9 says in few words what it is', async () => {
    expect(await headOf('research-42')).toMatchObject({
      agent: 'research-42',
      definition: 'research',
      version: 1,
      first: 0,
      status: 'active',
      condition: 'running',
      active: ['answered'],
      hasChart: true,
      hidesSecrets: false,
    })
    expect(await headOf('order-1')).toMatchObject({ condition: 'blocked', active: ['packing'] })
    expect(await headOf('order-3')).toMatchObject({ condition: 'in-doubt' })
    expect(await headOf('order-4')).toMatchObject({ condition: 'paused' })
  })

  test('INS-9 gives all records in columns, and any range of them', async () => {
    for (const agent of AGENTS) {
      const outline = (await openHistory(served.lives.store, agent)).outline()
      const whole = await get<Skeleton>(agent, '/skeleton')
      expect(unfolded(whole)).toEqual(
        outline.map(({ revision, kind, type, at, effect, timer }) => ({
          revision,
          kind,
          type,
          at,
          about: effect ?? timer,
        })),
      )
      const part = await get<Skeleton>(agent, '/skeleton?from=1&to=1')
      expect(unfolded(part)).toEqual(unfolded(whole).slice(1, 2))
    }
  })

  test('INS-9 tells records in rows, with what is to be seen at a glance', async () => {
    const rows = await rowsOf('research-42')
    expect(rows[2]).toEqual({
      revision: 2,
      summary: '{"question":"Why is the sky blue?"} thinking',
      by: 'ada',
      active: ['thinking'],
      marks: ['outside'],
    })
    expect(rows[3]).toMatchObject({ src: 'callModel', marks: ['bad'] })
    expect(rows[4]).toMatchObject({ active: ['answered'], marks: ['sent'] })
    expect((await rowsOf('order-1')).flatMap(({ marks }) => marks)).toContain('bad')
    expect((await rowsOf('order-3')).flatMap(({ marks }) => marks)).toContain('doubt')
    expect((await rowsOf('order-3'))[0]?.marks).toEqual(['outside', 'owner'])
    const huge = await rowsOf('order-6')
    expect(JSON.stringify(huge).length).toBeLessThan(2_000)
    expect((await rowsOf('order-5'))[1]?.by).toBe(HOSTILE)
  })

  test('INS-10 gives at each revision what the history gives, with what the record did', async () => {
    const history = await openHistory(served.lives.store, 'research-42')
    for (let at = history.last; at >= 0; at--) {
      const { document, status, active, effects, timers } = await history.at(at)
      const record = await history.record(at)
      const shown = await get<PointView>('research-42', `/points/${at}`)
      expect(shown).toMatchObject(
        JSON.parse(JSON.stringify({ document, status, active, effects, timers, record })) as object,
      )
      expect(shown.edges).toEqual(record.path ?? [])
    }
    const asked = await get<PointView>('research-42', '/points/2')
    expect(asked.changed).toContain('/root/context/question')
    expect(asked.takes?.map(({ type }) => type)).toEqual(['budget'])
    expect(asked.effects[0]).toMatchObject({ src: 'callModel', scheduledAt: 2 })
    expect((await get<PointView>('order-2', '/points/0')).takes).toContainEqual({ type: 'accept', needsApproval: true })
  })

  test('INS-10 says what holds it up', async () => {
    const at = async (agent: string): Promise<PointView> => get(agent, `/points/${(await headOf(agent)).last}`)
    expect((await at('order-1')).heldUp).toMatchObject({ condition: 'blocked', error: 'TypeError: no such box' })
    expect((await at('order-3')).heldUp).toMatchObject({ condition: 'in-doubt' })
    expect((await at('order-4')).heldUp).toMatchObject({ condition: 'paused', by: 'ana', reason: 'no stock' })
    expect((await at('research-42')).heldUp).toBeUndefined()
  })

  test('INS-12 tells what differs between two points, as a patch and place by place', async () => {
    const { patch, places } = await get<DiffView>('research-42', '/diff?from=1&to=4')
    const [before, after] = [
      await get<PointView>('research-42', '/points/1'),
      await get<PointView>('research-42', '/points/4'),
    ]
    expect(applyPatch(before.document as JsonObject, patch)).toEqual(after.document)
    expect(places).toContainEqual({ change: 'replace', path: '/root/value', before: 'idle', after: 'answered' })
    expect(places).toContainEqual({
      change: 'add',
      path: '/root/context/messages/1',
      after: { role: 'assistant', content: ANSWER },
    })
    const back = await get<DiffView>('research-42', '/diff?from=4&to=1')
    expect(applyPatch(after.document as JsonObject, back.patch)).toEqual(before.document)
    expect((await get<DiffView>('research-42', '/diff?from=4&to=4')).patch).toEqual([])
  })

  test('INS-12 who set a field, why a record came, when something became so, which records wrote to it', async () => {
    const history = await openHistory(served.lives.store, 'writer-7')
    const blame = await get<Blame>('writer-7', '/blame?path=/context/text')
    expect(blame).toEqual(JSON.parse(JSON.stringify(await history.blame('/context/text'))))
    expect(blame.steps.map(({ agent }) => agent.name)).toEqual(['writer', 'research'])
    const { chain } = await get<Explanation>('writer-7', '/explain/1')
    expect(chain.at(-1)).toMatchObject({ agent: { name: 'research', id: '42' }, by: 'ada', outside: 'caller' })
    const flips = await get<FlipView[]>('research-42', '/find?where=state=thinking')
    expect(flips.map(({ revision, becomes, type }) => [revision, becomes, type])).toEqual([
      [2, true, 'ask'],
      [4, false, 'refold.effect.done'],
    ])
    const both = encodeURIComponent(JSON.stringify(['state=answered', '/context/cents=500']))
    expect((await get<FlipView[]>('research-42', `/find?where=${both}`)).map(({ revision }) => revision)).toEqual([4])
    expect(await get('research-42', '/changes?path=/context/messages')).toEqual([0, 2, 4])
  })

  test('INS-13 tells effects with their attempts, timers, owners and children as bars', async () => {
    const { effects, timers, owners, children } = await get<Lanes>('research-42', '/lanes')
    expect(effects).toMatchObject([
      {
        src: 'callModel',
        scheduled: { revision: 2 },
        attempts: [
          { began: { revision: 2 }, end: { revision: 3, how: 'retried' } },
          { began: { revision: 3 }, end: { revision: 4, how: 'done' } },
        ],
        end: { revision: 4, how: 'done' },
      },
    ])
    expect(timers).toMatchObject([{ set: { revision: 2 }, end: { revision: 4, how: 'cancelled' } }])
    expect(owners).toMatchObject([{ from: { revision: 0 } }])
    expect(children).toMatchObject([{ path: ['check'], src: 'checking', from: { revision: 0 } }])
    const late = await get<Lanes>('research-42', '/lanes?from=4')
    expect(late.effects).toEqual(effects)
    expect(late.timers).toEqual(timers)
    expect((await get<Lanes>('research-42', '/lanes?from=5')).effects).toEqual([])
  })

  test('INS-13 an effect that is in doubt has no end, and a timer that came has its lateness', async () => {
    const { effects } = await get<Lanes>('order-3', '/lanes')
    expect(effects).toMatchObject([{ src: 'charge', doubted: { revision: expect.any(Number) } }])
    expect(effects[0]).not.toHaveProperty('end')
    expect(effects[0]?.attempts.at(-1)).toHaveProperty('worker')
    const { timers } = await get<Lanes>('writer-7', '/lanes')
    expect(timers).toMatchObject([{ set: { revision: 1 }, end: { how: 'fired' }, lateMs: expect.any(Number) }])
  })

  test('INS-14 tells the conversation of its context, and of each message the record that brought it', async () => {
    const { path, messages } = await get<TranscriptView>('research-42', '/transcript')
    expect(path).toBe('/root/context/messages')
    expect(messages).toEqual([
      { role: 'user', text: 'Why is the sky blue?', revision: 2 },
      { role: 'assistant', text: ANSWER, revision: 4 },
    ])
    expect((await get<TranscriptView>('research-42', '/transcript?at=3')).messages).toHaveLength(1)
    expect((await get<TranscriptView>('order-2', '/transcript')).messages).toEqual([])
  })

  test('INS-19 an exported file is answered for as its store is', async () => {
    const file = await serveSource(await openExport(await served.lives.exported(AGENTS)))
    const paths = AGENTS.flatMap((agent) =>
      [
        '',
        '/skeleton',
        '/rows?from=0&to=9',
        '/points/0',
        '/records/0',
        '/explain/0',
        '/lanes',
        '/transcript',
        '/find?where=/context',
        '/changes?path=/context',
      ].map((path) => `/api/agents/${agent}${path}`),
    )
    const questions = [
      ...paths,
      '/api/agents/writer-7/blame?path=/context/text',
      '/api/compare?left=order-1&right=order-2',
    ]
    for (const question of questions) expect(await file.get(question)).toEqual(await served.get(question))
    await file.close()
  })
})

function unfolded({ from, types, kinds, at, after, about, words }: Skeleton): readonly object[] {
  let now = at
  return types.map((type, index) => {
    now += after[index] ?? 0
    return {
      revision: from + index,
      kind: words[kinds[index] ?? -1],
      type: words[type],
      at: now,
      about: words[about[index] ?? -1],
    }
  })
}
