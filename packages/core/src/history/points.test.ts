import { afterEach, describe, expect, test } from 'vitest'
import { setup, spawnChild } from 'xstate'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { Runtime } from '../public/runtime.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'

describe('what an agent had at a point', () => {
  test('HIS-26 its effects with their key, their attempts so far, and the record that asked for them', async () => {
    const store = await researched()
    const history = await openHistory(store, 'research-42')
    const { id } = await history.record(2)
    const [asked] = (await history.at(2)).effects
    expect(asked).toMatchObject({
      effect: '2.0',
      src: 'callModel',
      key: `${id}.0`,
      scheduledAt: 2,
      attempts: 0,
      records: [],
      input: { question: 'Why is the sky so very blue today?' },
    })
    const [tried] = (await history.at(3)).effects
    const { at } = await history.record(3)
    expect(tried).toMatchObject({ attempts: 1, lastError: { name: 'Error' } })
    expect(tried?.records).toEqual([{ revision: 3, kind: 'attempt.failed', at }])
    expect((await history.at(4)).effects).toEqual([])
  })

  test('HIS-26 its timers with what is left of them, and its messages that are on their way', async () => {
    const history = await openHistory(await researched(), 'research-42')
    const [timer] = (await history.at(2)).timers
    expect(timer).toMatchObject({ timer: '2.t0', setAt: 2, dueIn: 60_000, target: '0' })
    const later = await history.at(3)
    expect(later.timers[0]?.dueIn).toBeLessThanOrEqual(60_000)
    const { messages } = await history.at(4)
    expect(messages).toMatchObject([
      { to: { name: 'writer', id: '7' }, seq: 1, kind: 'event', event: { type: 'draft' } },
    ])
    expect((await history.at(5)).messages).toEqual([])
  })

  test('HIS-26 its children with their own state, and who owned it since when', async () => {
    const history = await openHistory(await researched(), 'writer-7')
    expect((await history.at(0)).children).toEqual([])
    const { children, owner, owners } = await history.at(1)
    expect(children).toEqual([
      {
        path: ['check'],
        actor: '1.0',
        kind: 'machine',
        src: 'checking',
        node: '(machine).written',
        status: 'active',
        active: ['open'],
        startedAt: 1,
        context: { checks: 1 },
      },
    ])
    expect(owner).toMatchObject({ epoch: 1, since: 0 })
    expect(owners).toEqual([{ revision: 0, worker: owner.worker }])
  })

  test('HIS-26 all of it as plain JSON, and the same from the same history', async () => {
    const history = await openHistory(await researched(), 'research-42')
    for (const { revision } of history.outline()) {
      const point = await history.at(revision)
      expect(JSON.parse(JSON.stringify(point))).toEqual(point)
      expect(await history.at(revision)).toEqual(point)
    }
  })
})

describe('owners', () => {
  const open: Runtime[] = []
  afterEach(() => Promise.all(open.splice(0).map((runtime) => runtime.close())))

  test('HIS-26 change with claims, and a point knows those before it alone', async () => {
    const wait = effect(() => new Promise<never>(() => {}))
    const machine = setup({ actors: { wait } }).createMachine({ invoke: { src: 'wait' } })
    const job = defineAgent({ name: 'job', version: 1, machine })
    const log = memoryLog()
    for (const id of ['1', '2']) {
      const runtime = await createRuntime({ store: memoryStore(log), agents: [job] })
      open.push(runtime)
      const agent = await (id === '1' ? runtime.start(job, { id: '1' }) : runtime.attach(job, '1'))
      if (id === '2') await runtime.recovered
      await agent.pause({ by: 'ada', reason: 'lunch' })
      await agent.resume()
      await runtime.close()
    }
    const history = await openHistory(memoryStore(log), 'job-1')
    const { owners, paused } = await history.at(1)
    expect(owners.length).toBe(1)
    expect(paused).toMatchObject({ by: 'ada', reason: 'lunch' })
    const last = await history.at(history.last)
    const changes = history
      .outline()
      .filter(({ kind }) => kind === 'claimed' || kind === 'released' || kind === 'started')
    expect(last.owners.map(({ revision }) => revision)).toEqual(changes.map(({ revision }) => revision))
  })
})

test('HIS-393 its children by their paths: also of those without an id, and whose id another took, below a child', async () => {
  const leaf = setup({}).createMachine({})
  const child = setup({ actors: { leaf } }).createMachine({
    entry: [spawnChild('leaf', { id: 'same' }), spawnChild('leaf', { id: 'same' }), spawnChild('leaf')],
  })
  const parent = defineAgent({
    name: 'parent',
    version: 1,
    machine: setup({ actors: { child } }).createMachine({ invoke: { src: 'child', id: 'child' } }),
  })
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [parent] })
  await runtime.start(parent, { id: '1' })
  await runtime.close()
  const { children } = await (await openHistory(memoryStore(log), 'parent-1')).at(0)
  expect(children.map(({ path, actor }) => [actor, path.join('/')])).toEqual([
    ['0.0', 'child'],
    ['0.2', 'child/same'],
    ['0.3', 'child/0.3'],
    ['0.1', 'child/same'],
  ])
})
