/** A store that does not answer, rejects, or is damaged. */
import { describe, expect, test, vi } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

async function working(options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const work = controlledBody()
  const noted: string[] = []
  const definition = workAgent({ body: work.body, onNote: (text) => noted.push(text), ...options })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, work, noted, definition, process, agent, types: () => typesOf(log, 'work-1') }
}

describe('OWN-6 after an unknown answer', () => {
  test.each(['lost', 'stored'] as const)(
    'OWN-6 the identical append is repeated, whether the first one was %s or not',
    async (fault) => {
      const { process, agent, noted, types } = await working()
      process.store.faults.push(fault)
      const sent = agent.send({ type: 'note', text: 'a' })
      await process.time.advance(1_000)
      expect((await sent).context.notes).toEqual(['a'])
      const [, first, second] = process.store.appends
      expect(second).toEqual(first)
      expect(await types()).toEqual(['refold.started', 'note'])
      expect(noted).toEqual(['a'])
    },
  )

  test('OWN-6 nothing further is decided until it is answered, outcomes neither', async () => {
    const { process, work, agent } = await working()
    process.store.faults.push(...Array.from({ length: 4 }, () => 'lost' as const))
    const first = agent.send({ type: 'note', text: 'a' })
    await settle()
    const second = agent.send({ type: 'note', text: 'b' })
    work.last.resolve('done')
    await settle()
    expect(await outcomeOf(second)).toBe('pending')
    expect(agent.getSnapshot()).toMatchObject({ value: 'working', context: { notes: [] } })
    await process.time.advance(10_000)
    expect((await first).context.notes).toEqual(['a'])
    expect((await second).context.notes).toEqual(['a', 'b'])
    expect(agent.getSnapshot().value).toBe('worked')
    const [, ...ofNotes] = process.store.appends
    expect(ofNotes.slice(0, 5).map(({ types }) => types)).toEqual(Array.from({ length: 5 }, () => ['note']))
    expect(process.store.mostInFlight).toBe(1)
  })

  test('OWN-6 when a stranger came in between and the first try was lost, the input is decided again', async () => {
    const { log, process, definition, agent, types } = await working()
    const other = await startProcess({ log, agents: [definition], worker: false, time: process.time })
    const there = await other.runtime.attach(definition, '1')
    process.store.faults.push('lost')
    const sent = agent.send({ type: 'note', text: 'mine' })
    await settle()
    await there.send({ type: 'note', text: 'theirs' })
    await process.time.advance(1_000)
    expect((await sent).context.notes).toEqual(['theirs', 'mine'])
    expect(await types()).toEqual(['refold.started', 'note', 'note'])
  })

  test('OWN-6 when a stranger came behind it and the first try was stored, it is not decided twice', async () => {
    const { log, process, definition, agent, noted, types } = await working()
    const other = await startProcess({ log, agents: [definition], worker: false, time: process.time })
    const there = await other.runtime.attach(definition, '1')
    process.store.faults.push('stored')
    const sent = agent.send({ type: 'note', text: 'mine' })
    await settle()
    await there.send({ type: 'note', text: 'theirs' })
    await process.time.advance(1_000)
    expect((await sent).context.notes).toEqual(['mine'])
    expect(noted.filter((text) => text === 'mine')).toEqual(['mine'])
    expect(await types()).toEqual(['refold.started', 'note', 'note'])
  })
})

describe('a rejection', () => {
  test('is told to the sender, who may try again', async () => {
    const { process, agent, types } = await working()
    process.store.faults.push('rejected')
    await expect(agent.send({ type: 'note', text: 'a' })).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    expect((await agent.send({ type: 'note', text: 'b' })).context.notes).toEqual(['b'])
    expect(await types()).toEqual(['refold.started', 'note'])
  })

  test('SND-45 is told to a sender in bounded time, whatever of the agent itself waits to be stored', async () => {
    const { process, work, agent, types } = await working()
    process.store.faults.push(...Array.from({ length: 100 }, () => 'rejected' as const))
    work.last.resolve('done')
    await process.time.advance(20_000)
    const asked = [agent.send({ type: 'note', text: 'a' }), agent.pause(), agent.cancel()]
    const told = Promise.allSettled(asked)
    await process.time.advance(5_000)
    const rejection = { reason: { code: 'STORE_REJECTED' } }
    expect(await outcomeOf(told)).toMatchObject({ value: [rejection, rejection, rejection] })
    process.store.faults.splice(0)
    await process.time.advance(5_000)
    expect(await types()).toEqual(['refold.started', 'refold.effect.done'])
  })

  test('SND-45 of an outcome keeps no event out that the store takes', async () => {
    const { process, work, agent, types } = await working()
    process.store.faults.push('rejected', 'none', 'rejected')
    work.last.resolve('done')
    await settle()
    const sent = agent.send({ type: 'note', text: 'a' })
    await process.time.advance(5_000)
    expect((await sent).context.notes).toEqual(['a'])
    expect(await types()).toEqual(['refold.started', 'note', 'refold.effect.done'])
  })

  test('loses no outcome: it is tried until it is stored', async () => {
    const { process, work, agent } = await working()
    process.store.faults.push('rejected', 'rejected', 'rejected')
    work.last.resolve('done')
    await process.time.advance(10_000)
    expect(agent.getSnapshot().context.result).toBe('done')
    expect(work.runs).toHaveLength(1)
  })

  test('of a start is told, and the start may be repeated', async () => {
    const { process, definition } = await working()
    process.store.faults.push('rejected')
    await expect(process.runtime.start(definition, { id: '2' })).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    expect((await process.runtime.start(definition, { id: '2' })).getSnapshot().value).toBe('working')
  })
})

describe('a fatal error of the store', () => {
  test('stops the agent, tells everyone who waits, and loses nothing that is stored', async () => {
    const { log, process, work, definition, agent } = await working()
    await agent.send({ type: 'note', text: 'a' })
    const watched: unknown[] = []
    agent.state$.subscribe({ error: (error) => watched.push(error) })
    const waiting = agent.waitFor((state) => state.value === 'worked')
    waiting.catch(() => undefined)
    await settle()
    process.store.faults.push('fatal')
    await expect(agent.send({ type: 'note', text: 'b' })).rejects.toMatchObject({ code: 'STORE_FATAL' })
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_FATAL' })
    expect(watched).toMatchObject([{ code: 'STORE_FATAL' }])
    expect(process.reports).toMatchObject([{ code: 'STORE_FATAL', agent: { name: 'work', id: '1' } }])
    expect(work.last.args.signal.aborted).toBe(true)
    const next = await startProcess({ log, agents: [definition], worker: false })
    expect((await next.runtime.attach(definition, '1')).getSnapshot().context.notes).toEqual(['a'])
  })

  test.each(['idempotent', 'never-retry'] as const)(
    'RCV-47 at the outcome of a %s effect begins nothing for the agent, and is told once',
    async (safety) => {
      const { process, work, types } = await working({ policy: { safety } })
      const before = await types()
      process.store.faults.push('fatal')
      work.last.resolve('paid')
      await settle()
      expect(process.logged.filter(({ message }) => message.includes('work-1'))).toMatchObject([
        { level: 'error', message: expect.stringContaining('is stopped here') },
      ])
      const stopped = { code: 'STORE_FATAL', agent: { name: 'work', id: '1' } }
      expect(process.reports).toMatchObject([{ ...stopped, facts: { effect: '0.0', input: 'effect.done' } }, stopped])
      expect(work.runs).toHaveLength(1)
      expect(await types()).toEqual(before)
    },
  )

  test('RCV-47 while it is read is told to who attaches to it', async () => {
    const { process, definition } = await working()
    vi.spyOn(process.store, 'read').mockImplementation(() => {
      throw new RefoldError('STORE_FATAL', 'the file is damaged')
    })
    await expect(process.runtime.attach(definition, '1')).rejects.toMatchObject({ code: 'STORE_FATAL' })
  })

  test('of one agent stops no other', async () => {
    const { process, definition, agent } = await working()
    const other = await process.runtime.start(definition, { id: '2' })
    process.store.faults.push('fatal')
    await expect(agent.send({ type: 'note', text: 'b' })).rejects.toMatchObject({ code: 'STORE_FATAL' })
    expect((await other.send({ type: 'note', text: 'c' })).context.notes).toEqual(['c'])
  })
})

test('RCV-9 custom actions run once, in the process that appended, after the append, and no recovery runs them', async () => {
  const { log, process, definition, noted, agent } = await working({ initial: 'parked' })
  let answer = (): void => {}
  process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
  const sent = agent.send({ type: 'note', text: 'a' })
  await settle()
  expect(noted).toEqual([])
  answer()
  await sent
  expect(noted).toEqual(['a'])
  await process.runtime.close()
  const next = await startProcess({ log, agents: [definition], time: process.time })
  expect((await next.runtime.attach(definition, '1')).getSnapshot().context.notes).toEqual(['a'])
  expect(noted).toEqual(['a'])
})

test('a custom action that throws is logged and changes nothing', async () => {
  const { process, agent } = await working({
    onNote: () => {
      throw new Error('the action threw')
    },
  })
  expect((await agent.send({ type: 'note', text: 'a' })).context.notes).toEqual(['a'])
  expect(process.logged).toContainEqual(
    expect.objectContaining({ level: 'error', message: expect.stringContaining('noted') }),
  )
})

test('a stream that was put back under a living process stops the agent here, and it goes on from what is stored', async () => {
  const { log, process, work, agent } = await working()
  await agent.send({ type: 'note', text: 'lost by the restore' })
  log.streams.get('work-1')?.splice(1)
  const sent = agent.send({ type: 'note', text: 'a' })
  await expect(sent).rejects.toMatchObject({ code: 'STORE_FATAL' })
  work.last.resolve('done')
  await settle()
  expect(process.reports).toMatchObject([{ code: 'STORE_FATAL', agent: { name: 'work', id: '1' } }])
  expect((await agent.send({ type: 'note', text: 'b' })).context).toMatchObject({ notes: ['b'] })
})

test('SND-20 a caller hears in bounded time that no one knows, while the append is repeated; who waits behind it, that it is not stored', async () => {
  const { process, agent, types } = await working()
  process.store.faults.push(...Array.from({ length: 200 }, () => 'lost' as const))
  const first = agent.send({ type: 'note', text: 'a' }, { id: 'once' })
  await settle()
  const behind = agent.send({ type: 'note', text: 'b' })
  const [one, two] = [first, behind].map((sent) => sent.catch((error: unknown) => error))
  await process.time.advance(20_000)
  expect(await one).toMatchObject({ code: 'STORE_UNKNOWN', hint: expect.stringContaining('same `id`') })
  expect(await two).toMatchObject({ code: 'STORE_REJECTED' })
  process.store.faults.length = 0
  await process.time.advance(5_000)
  expect((await agent.send({ type: 'note', text: 'a' }, { id: 'once' })).context.notes).toEqual(['a'])
  expect(await types()).toEqual(['refold.started', 'note'])
})
