import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentHead, RecordRow, Skeleton, ValuePart } from '../contract/agent.js'
import { HUGE, makeLives } from '../lives.fixture.js'
import type { LivesFile } from '../lives.fixture.js'
import { serveSource } from './served.fixture.js'
import type { ServedFixture } from './served.fixture.js'

describe('an agent, asked for over HTTP', () => {
  let lives: LivesFile
  let served: ServedFixture
  beforeAll(async () => {
    lives = await makeLives()
    served = await serveSource(lives.store)
  })
  afterAll(async () => {
    await served.close()
    await lives.remove()
  })

  test('INS-9 says in few words what it is, and its records in columns', async () => {
    const head = await served.get<AgentHead>('/api/agents/research-42')
    expect(head).toMatchObject({ agent: 'research-42', definition: 'research', version: 1, first: 0, hasChart: true })
    const skeleton = await served.get<Skeleton>('/api/agents/research-42/skeleton')
    expect(skeleton.types.length).toBe(head.last + 1)
    const rows = await served.get<RecordRow[]>(`/api/agents/research-42/rows?from=0&to=${head.last}`)
    expect(rows[3]).toMatchObject({ revision: 3, src: 'callModel', marks: ['bad'] })
  })
  test('INS-11 gives a long value part by part', async () => {
    const { last } = await served.get<AgentHead>('/api/agents/order-6')
    const path = '/document/root/context/note'
    const part = await served.get<ValuePart>(`/api/agents/order-6/points/${last}/value?path=${path}&from=100`)
    expect(part).toMatchObject({ kind: 'string', size: HUGE, from: 100 })
  })
})
