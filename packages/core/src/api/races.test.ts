/** Things that come at the same time, in one process: memory that is given back, appends in flight, leases that come and go. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { LEASE_MS, outcomeOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const MORE_THAN_STAY_IN_MEMORY = 100

describe('an agent that leaves memory', () => {
  test('EFF-2 does not while its effect runs, however many others become idle', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, initial: 'parked' })
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: 'busy' })
    await agent.send({ type: 'go' })
    for (let n = 0; n < MORE_THAN_STAY_IN_MEMORY; n++) await runtime.start(definition, { id: `idle${n}` })
    await agent.send({ type: 'note', text: 'after' })
    await settle()
    expect(work.runs).toHaveLength(1)
    work.last.resolve('done')
    await settle()
    expect(agent.getSnapshot().context).toMatchObject({ result: 'done', notes: ['after'] })
  })

  test('comes back for its next event', async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: 'first' })
    await agent.send({ type: 'note', text: 'before' })
    for (let n = 0; n < MORE_THAN_STAY_IN_MEMORY; n++) await runtime.start(definition, { id: `idle${n}` })
    expect((await agent.send({ type: 'note', text: 'after' })).context.notes).toEqual(['before', 'after'])
  })

  test('HIS-1 events$ gives what comes from now on, though the agent has left memory since it was last looked at', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body })
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: 'first' })
    await settle()
    work.last.resolve('long ago')
    await settle()
    for (let n = 0; n < MORE_THAN_STAY_IN_MEMORY; n++) {
      await runtime.start(definition, { id: `idle${n}` })
      await settle()
      work.last.resolve('idle')
      await settle()
    }
    expect(agent.getSnapshot().context.result).toBe('long ago')
    const seen: string[] = []
    agent.events$.subscribe((event) => seen.push(event.type))
    await agent.send({ type: 'note', text: 'now' })
    await settle()
    expect(seen).toEqual(['note'])
  })
})

describe('a backup that is put back under a running process', () => {
  test('I9 is told, and what is stored now counts', async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    const { revision } = await agent.send({ type: 'note', text: 'kept' })
    for (const text of ['lost', 'lost too']) await agent.send({ type: 'note', text })
    log.streams.get('work-1')?.splice(Number(revision) + 1)
    await expect(agent.send({ type: 'note', text: 'nowhere' })).rejects.toMatchObject({ code: 'STORE_FATAL' })
    const again = await runtime.attach(definition, '1')
    await again.send({ type: 'note', text: 'after' })
    expect(again.getSnapshot().context.notes).toEqual(['kept', 'after'])
  })
})

describe('while an append is under way', () => {
  test('EFF-4 an effect that it leaves does not begin, also when its time comes just then', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { retry: { attempts: 3, delayMs: 1_000, jitter: false } } })
    const process = await startProcess({ log, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    work.last.reject(new Error('busy'))
    await settle()
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
    const left = agent.send({ type: 'leave' })
    await process.time.advance(2_000)
    expect(work.runs).toHaveLength(1)
    answer()
    await left
    await process.time.advance(2_000)
    expect(work.runs).toHaveLength(1)
    expect(agent.getSnapshot().value).toBe('parked')
  })

  test('EFF-9 an effect begins after all when the append that would have left it is rejected', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { retry: { attempts: 3, delayMs: 1_000, jitter: false } } })
    const process = await startProcess({ log, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    work.last.reject(new Error('busy'))
    await settle()
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)), answer: 'rejected' })
    const left = agent.send({ type: 'leave' })
    await process.time.advance(2_000)
    expect(work.runs).toHaveLength(1)
    answer()
    expect(await outcomeOf(left)).toMatchObject({ error: { code: 'STORE_REJECTED' } })
    expect(work.runs).toHaveLength(2)
  })

  test('OWN-5 SND-1 sends that come meanwhile go as one append, and each resolves to the state after its own event', async () => {
    const log = memoryLog()
    const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
    const process = await startProcess({ log, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    const sent = await Promise.all(['a', 'b', 'c', 'd'].map((text) => agent.send({ type: 'note', text })))
    expect(sent.map(({ context, revision }) => [context.notes.join(''), Number(revision)])).toEqual([
      ['a', 1],
      ['ab', 2],
      ['abc', 3],
      ['abcd', 4],
    ])
    expect(process.store.appends.map(({ types }) => types.length)).toEqual([1, 1, 3])
    expect(process.store.mostInFlight).toBe(1)
  })
})

describe('OWN-7 a lease that has run out', () => {
  test('OWN-7 lets no body begin, and what was recorded as begun begins when it comes back', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { safety: 'never-retry', concurrency: 1 } })
    const process = await startProcess({ log, agents: [definition] })
    let answer = (): void => {}
    process.store.faults.push('none', { until: new Promise<void>((resolve) => (answer = resolve)) })
    await process.runtime.start(definition, { id: '1' })
    await settle()
    process.clock.skewMs += 2 * LEASE_MS
    answer()
    await settle()
    expect(work.runs).toHaveLength(0)
    await process.time.advance(LEASE_MS)
    expect(work.runs).toHaveLength(1)
    await process.runtime.start(definition, { id: '2' })
    await settle()
    expect(work.runs).toHaveLength(1)
    work.last.resolve('one at a time')
    await settle()
    expect(work.runs).toHaveLength(2)
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
  })
})
