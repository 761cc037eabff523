/** Finding agents, and a directory made again. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function fleetOf(count: number) {
  const log = memoryLog()
  const definition = workAgent({ body: controlledBody().body })
  const process = await startProcess({ log, agents: [definition] })
  const agents = []
  for (let id = 1; id <= count; id++) agents.push(await process.runtime.start(definition, { id: `no-${id}` }))
  await settle()
  return { log, process, runtime: process.runtime, agents, definition }
}

const ids = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id)

test('DIR-9 `dueBefore: Infinity` is any time', async () => {
  const { runtime } = await fleetOf(1)
  expect(await runtime.find({ dueBefore: Infinity })).toEqual([])
})

describe('DIR-9 find', () => {
  test('DIR-9 gives agents by definition, status, condition, state and owner, as they are now', async () => {
    const { runtime, agents } = await fleetOf(4)
    await agents[0]?.send({ type: 'leave' })
    await agents[1]?.pause()
    await agents[2]?.send({ type: 'finish' })
    expect(ids(await runtime.find({ definition: 'work' }))).toEqual(['no-1', 'no-2', 'no-3', 'no-4'])
    expect(ids(await runtime.find({ state: 'parked' }))).toEqual(['no-1'])
    expect(ids(await runtime.find({ condition: 'paused' }))).toEqual(['no-2'])
    expect(ids(await runtime.find({ status: 'done' }))).toEqual(['no-3'])
    expect(ids(await runtime.find({ status: 'active', state: 'working' }))).toEqual(['no-2', 'no-4'])
    expect(ids(await runtime.find({ owner: null }))).toEqual([])
    const [found] = await runtime.find({ hasWork: true, limit: 1 })
    expect(found).toMatchObject({ definition: 'work', id: 'no-2', active: ['working'], pending: 1 })
  })

  test('DIR-9 gives page after page', async () => {
    const { runtime } = await fleetOf(7)
    const pages: (readonly string[])[] = []
    for (let after: string | undefined; ;) {
      const page = await runtime.find({ limit: 3, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      pages.push(ids(page))
      after = page.at(-1)?.stream
    }
    expect(pages).toEqual([['no-1', 'no-2', 'no-3'], ['no-4', 'no-5', 'no-6'], ['no-7']])
  })

  test.each([
    { limit: 0 },
    { limit: 1_001 },
    { limit: 1.5 },
    { status: 'actve' },
    { condition: 'idle' },
    { state: 5 },
    { owner: 5 },
    { hasWork: 'yes' },
    { dueBefore: '5' },
    { dueBefore: Number.NaN },
    { defintion: 'work' },
    { pending: true },
    null,
  ])('DIR-9 refuses %j, which would find something else than what was meant', async (query) => {
    const { runtime } = await fleetOf(0)
    await expect(runtime.find(query as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

test('DIR-116 an agent that has ended is not found as running, and has the condition of its state', async () => {
  const { runtime, agents } = await fleetOf(3)
  const ended = await agents[1]?.cancel()
  expect((await runtime.find()).map(({ condition }) => condition)).toEqual(['running', ended?.condition, 'running'])
  expect(ended?.condition).toBe('ended')
  expect(ids(await runtime.find({ condition: 'running' }))).toEqual(['no-1', 'no-3'])
  expect(await runtime.find({ condition: 'running', status: 'stopped' })).toEqual([])
  expect(ids(await runtime.find({ condition: 'running', limit: 1 }))).toEqual(['no-1'])
  expect(ids(await runtime.find({ status: 'stopped' }))).toEqual(['no-2'])
})

describe('DIR-10 rebuildDirectory', () => {
  test('DIR-10 repairs what is wrong and says how much, while agents go on', async () => {
    const { log, runtime, agents } = await fleetOf(3)
    const before = await runtime.find()
    log.directory.delete('work-no-1')
    log.directory.set('work-no-2', {
      ...(before[1] as (typeof before)[0]),
      status: 'done',
      condition: 'running',
      pending: 0,
    })
    expect(ids(await runtime.find({ status: 'active' }))).toEqual(['no-3'])
    const [rebuilt] = await Promise.all([runtime.rebuildDirectory(), agents[2]?.send({ type: 'note', text: 'on' })])
    expect(rebuilt).toEqual({ agents: 3, repaired: 2 })
    expect(await runtime.find()).toEqual(before)
  })
})
