/** A chart that throws on what was paid for: the outcome is stored first, and nothing that follows is lost. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const KEEP = { whenBlocked: 'keep' } as const

/** An agent whose chart throws on its outcome while `broken.chart` is set, and on a note of `bad` while `broken.note` is. */
async function blockable() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const broken = { chart: true, note: false }
  const definition = workAgent({
    body: work.body,
    onOutcome: () => {
      if (broken.chart) throw new TypeError('no such field')
    },
    onAssignNote: (text) => {
      if (broken.note && text === 'bad') throw new TypeError('a bad note')
    },
  })
  const process = await startProcess({ log, agents: [definition], time })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  work.last.resolve('paid')
  await settle()
  return {
    log,
    time,
    work,
    broken,
    definition,
    process,
    reports: process.reports,
    agent,
    types: () => typesOf(log, 'work-1'),
  }
}

describe('RCV-5 a transition that throws on an outcome', () => {
  test('RCV-5 blocks the agent, with the outcome and the error stored', async () => {
    const { log, work, agent } = await blockable()
    expect(agent.getSnapshot()).toMatchObject({
      condition: 'blocked',
      blocked: { error: { code: 'EVENT_REFUSED' } },
      value: 'working',
    })
    expect(agent.getSnapshot().blocked?.error.cause).toMatchObject({ name: 'TypeError', message: 'no such field' })
    const [, outcome] = await eventsOf(log, 'work-1')
    expect(outcome).toMatchObject({ type: 'refold.effect.done', data: { src: 'work', output: 'paid' } })
    expect(work.runs).toHaveLength(1)
  })

  test('RCV-5 a retry decides it, when the cause is repaired, and not before', async () => {
    const { broken, agent, types } = await blockable()
    await expect(agent.retry()).rejects.toMatchObject({ code: 'BLOCKED', cause: { code: 'EVENT_REFUSED' } })
    broken.chart = false
    expect(await agent.retry({ by: 'ana', reason: 'deployed' })).toMatchObject({
      condition: 'running',
      value: 'worked',
      context: { result: 'paid' },
    })
    expect(await types()).toEqual(['refold.started', 'refold.effect.done', 'refold.retried'])
    await expect(agent.retry()).rejects.toMatchObject({ code: 'ALREADY_SO' })
  })

  test('RCV-5 a block outlives the process: the next one runs no body again and retries what is stored', async () => {
    const { log, time, work, broken, definition, process } = await blockable()
    process.die()
    const next = await startProcess({ log, agents: [definition], time })
    await outliveLease(time)
    expect(work.runs).toHaveLength(1)
    broken.chart = false
    const agent = await next.runtime.attach(definition, '1')
    expect(agent.getSnapshot().condition).toBe('blocked')
    await agent.retry()
    await settle()
    expect(agent.getSnapshot().context.result).toBe('paid')
  })
})

describe('RCV-6 what comes while it is blocked', () => {
  test('RCV-6 waits in order, and is decided in order by one retry', async () => {
    const { broken, agent, types } = await blockable()
    for (const text of ['a', 'b', 'c'])
      expect((await agent.send({ type: 'note', text }, KEEP)).context.notes).toEqual([])
    broken.chart = false
    await agent.retry()
    await settle()
    expect(agent.getSnapshot()).toMatchObject({
      condition: 'running',
      value: 'worked',
      context: { result: 'paid', notes: ['a', 'b', 'c'] },
    })
    expect((await types()).slice(-4)).toEqual(['refold.retried', 'refold.retried', 'refold.retried', 'refold.retried'])
  })

  test('RCV-6 what comes behind what still waits is not decided before it', async () => {
    const { broken, agent } = await blockable()
    await agent.send({ type: 'note', text: 'a' }, KEEP)
    broken.chart = false
    await Promise.all([agent.retry(), agent.send({ type: 'note', text: 'b' })])
    await settle()
    expect(agent.getSnapshot().context.notes).toEqual(['a', 'b'])
  })

  test('RCV-5 one that throws when its turn comes blocks the agent again, and says so', async () => {
    const { broken, agent } = await blockable()
    for (const text of ['a', 'bad', 'c']) await agent.send({ type: 'note', text }, KEEP)
    Object.assign(broken, { chart: false, note: true })
    await agent.retry()
    await settle()
    expect(agent.getSnapshot()).toMatchObject({
      condition: 'blocked',
      blocked: { error: { cause: { message: 'a bad note' } } },
      context: { notes: ['a'] },
    })
    broken.note = false
    await agent.retry()
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ condition: 'running', context: { notes: ['a', 'bad', 'c'] } })
  })

  test('RCV-4 what still waited when the process died is decided by the next', async () => {
    const { log, time, broken, definition, process, agent } = await blockable()
    for (const text of ['a', 'b']) await agent.send({ type: 'note', text }, KEEP)
    broken.chart = false
    process.store.faults.push('none', { until: new Promise(() => {}) })
    await agent.retry()
    await settle()
    process.die()
    const next = await startProcess({ log, agents: [definition], time })
    await outliveLease(time)
    const again = await next.runtime.attach(definition, '1')
    expect(again.getSnapshot()).toMatchObject({ condition: 'running', context: { result: 'paid', notes: ['a', 'b'] } })
  })

  test('SND-4 an id that waits is known', async () => {
    const { broken, agent } = await blockable()
    await agent.send({ type: 'note', text: 'a' }, { id: 'n1', ...KEEP })
    await agent.send({ type: 'note', text: 'a' }, { id: 'n1', ...KEEP })
    broken.chart = false
    await agent.retry()
    await settle()
    expect(agent.getSnapshot().context.notes).toEqual(['a'])
  })

  test('a cancellation ends the agent, and lets what waits go', async () => {
    const { agent } = await blockable()
    await agent.send({ type: 'note', text: 'a' }, KEEP)
    expect(await agent.cancel({ reason: 'hopeless' })).toMatchObject({ status: 'stopped', condition: 'ended' })
    await expect(agent.send({ type: 'note', text: 'b' })).rejects.toMatchObject({ code: 'NOT_ACTIVE' })
    await expect(agent.done()).rejects.toMatchObject({ code: 'NOT_ACTIVE' })
  })
})

describe('SND-10 an event for a blocked agent', () => {
  test('SND-10 is refused, and nothing is recorded; the agent takes no event until a retry', async () => {
    const { broken, agent, types } = await blockable()
    await expect(agent.send({ type: 'note', text: 'a' })).rejects.toMatchObject({
      code: 'BLOCKED',
      facts: { blocked: { error: { code: 'EVENT_REFUSED' } } },
    })
    expect([await agent.can({ type: 'note', text: 'a' }), agent.getSnapshot().can({ type: 'leave' })]).toEqual([
      false,
      false,
    ])
    expect(await agent.legalEvents()).toEqual([])
    expect(await types()).toEqual(['refold.started', 'refold.effect.done'])
    broken.chart = false
    await agent.retry()
    expect((await agent.send({ type: 'note', text: 'a' })).context.notes).toEqual(['a'])
  })

  test('SND-10 is decided after what still waits though nothing blocks it any more, from any process', async () => {
    const { log, time, broken, definition, process, agent } = await blockable()
    for (const text of ['a', 'b']) await agent.send({ type: 'note', text }, KEEP)
    broken.chart = false
    process.die()
    const web = await startProcess({ log, time, agents: [definition], worker: false })
    const there = await web.runtime.attach(definition, '1')
    await there.retry()
    expect((await there.send({ type: 'note', text: 'c' })).context.notes).toEqual(['a', 'b', 'c'])
  })

  test('SND-10 must say in words that are known whether it is kept', async () => {
    const { agent } = await blockable()
    const note = { type: 'note', text: 'a' } as const
    await expect(agent.send(note, { whenBlocked: 'wait' as never })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

test('REC-4 an outcome that waited is copied by the record that decides it, and stored once', async () => {
  const log = memoryLog()
  const broken = { chart: true }
  const work = controlledBody()
  const onOutcome = (): void => {
    if (broken.chart) throw new TypeError('no such field')
  }
  const definition = workAgent({ body: work.body, onOutcome })
  const { runtime } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  const output = { pages: ['x'.repeat(2_000), 'y'.repeat(2_000)] }
  work.last.resolve(output)
  await settle()
  broken.chart = false
  expect((await agent.retry()).context.result).toEqual(output)
  const retried = (await eventsOf(log, 'work-1')).at(-1)
  expect(JSON.stringify(retried?.metadata).length).toBeLessThan(1_200)
  expect((await agent.stateAt(agent.getSnapshot().revision)).context.result).toEqual(output)
})

describe('SND-11 an event that was kept', () => {
  test('SND-11 and is not taken in the end is told: by the record that names it, and to onReport; its id is free', async () => {
    const { log, broken, agent, reports } = await blockable()
    const kept = await agent.send({ type: 'leave' }, { id: 'x', ...KEEP })
    await agent.send({ type: 'note', text: 'a' }, KEEP)
    expect(kept).toMatchObject({ condition: 'blocked', revision: 2n })
    broken.chart = false
    await agent.retry()
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'worked', context: { notes: ['a'] } })
    const refused = { code: 'EVENT_NOT_ACCEPTED', message: expect.stringContaining('"leave"') as string }
    expect((await eventsOf(log, 'work-1')).map(({ data }) => data)).toContainEqual({ revision: 2, refused })
    const facts = { event: 'leave', revision: 2 }
    expect(reports).toContainEqual(
      expect.objectContaining({ code: 'EVENT_NOT_ACCEPTED', agent: { name: 'work', id: '1' }, facts }),
    )
    await expect(agent.send({ type: 'leave' }, { id: 'x' })).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
  })

  test('SND-11 is told when the agent ends before its turn', async () => {
    const { agent, reports } = await blockable()
    await agent.send({ type: 'note', text: 'a' }, KEEP)
    await agent.cancel()
    const facts = { event: 'note', revision: 2 }
    expect(reports).toContainEqual(expect.objectContaining({ code: 'NOT_ACTIVE', facts }))
  })
})

describe('RCV-17 a wait on a blocked agent', () => {
  test('RCV-17 rejects, unless it waits for what is there', async () => {
    const { agent } = await blockable()
    const refused = { code: 'BLOCKED', facts: { blocked: { error: { code: 'EVENT_REFUSED' } } } }
    await expect(agent.done()).rejects.toMatchObject(refused)
    await expect(agent.waitFor((state) => state.matches('worked'))).rejects.toMatchObject(refused)
    expect(await agent.waitFor((state) => state.condition === 'blocked')).toMatchObject({ value: 'working' })
    await expect(agent.done({ whenBlocked: 'yes' as never })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('RCV-17 rejects when the agent is blocked meanwhile', async () => {
    const { agent, broken } = await blockable()
    for (const text of ['a', 'bad']) await agent.send({ type: 'note', text }, KEEP)
    Object.assign(broken, { chart: false, note: true })
    await agent.retry()
    await expect(agent.done()).rejects.toMatchObject({ code: 'BLOCKED' })
  })

  test('RCV-17 waits for the retry where it is told to', async () => {
    const { agent, broken } = await blockable()
    const waited = agent.waitFor((state) => state.matches('worked'), { whenBlocked: 'wait' })
    broken.chart = false
    await agent.retry()
    expect((await waited).context.result).toBe('paid')
  })
})
