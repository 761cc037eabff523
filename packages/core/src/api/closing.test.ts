/** Closing a runtime loses nothing, and never hangs on a store that does not answer. */
import { describe, expect, test, vi } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, outcomeOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

async function working(policy?: WorkOptions['policy']) {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...(policy === undefined ? undefined : { policy }) })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  const reopen = () => startProcess({ log, agents: [definition], time: process.time })
  return { log, work, definition, process, agent, reopen, types: () => typesOf(log, 'work-1') }
}

describe('OWN-10 what was pending goes on at the next start', () => {
  test('OWN-10 EFF-19 a body that closing aborts runs again, with the same key and attempt', async () => {
    const { work, process, reopen } = await working({ retry: { attempts: 3 } })
    const first = obedient(work.last)
    await process.runtime.close()
    expect(first.args.signal.aborted).toBe(true)
    await reopen()
    expect(work.runs.map(({ args }) => [args.key, args.attempt])).toEqual([
      [first.args.key, 1],
      [first.args.key, 1],
    ])
  })

  test('OWN-10 the outcome of a never-retry body is awaited and stored, also when the store is slow', async () => {
    const { work, process, types, reopen } = await working({ safety: 'never-retry' })
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
    const closed = process.runtime.close()
    expect(await outcomeOf(closed)).toBe('pending')
    expect(work.last.args.signal.aborted).toBe(false)
    work.last.resolve('paid')
    expect(await outcomeOf(closed)).toBe('pending')
    answer()
    await closed
    expect(await types()).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
    await reopen()
    expect(work.runs).toHaveLength(1)
  })

  test('OWN-10 a never-retry body that does not end is given up after the grace, and is in doubt at the next start', async () => {
    const { process, reopen, definition } = await working({ safety: 'never-retry' })
    const closed = process.runtime.close()
    expect(await outcomeOf(closed)).toBe('pending')
    await process.time.advance(30_000)
    await closed
    const next = await reopen()
    const again = await next.runtime.attach(definition, '1')
    expect((await again.inDoubt()).map(({ inDoubt }) => inDoubt?.why)).toEqual(['interrupted'])
  })

  test('OWN-10 an outcome that stands in line behind another append is stored too', async () => {
    const { work, process, agent, types } = await working({ safety: 'never-retry' })
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
    const sent = agent.send({ type: 'note', text: 'before' })
    await settle()
    work.last.resolve('paid')
    const closed = process.runtime.close()
    await settle()
    answer()
    await closed
    await sent
    expect(await types()).toEqual(['refold.started', 'refold.effect.started', 'note', 'refold.effect.done'])
  })

  test('OWN-10 a never-retry effect whose beginning is just being recorded is performed, not left in doubt', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
    const process = await startProcess({ log, agents: [definition] })
    let answer = (): void => {}
    process.store.faults.push('none', { until: new Promise<void>((resolve) => (answer = resolve)) })
    await process.runtime.start(definition, { id: '1' })
    await settle()
    const closed = process.runtime.close()
    answer()
    await settle()
    work.last.resolve('paid')
    await closed
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
  })
})

describe('closing does not hang', () => {
  test('on a store that only answers that it does not know', async () => {
    const { process, agent } = await working()
    process.store.faults.push(...Array.from({ length: 1_000 }, () => 'lost' as const))
    const sent = agent.send({ type: 'note', text: 'lost?' })
    sent.catch(() => undefined)
    await settle()
    const closed = process.runtime.close()
    await process.time.advance(10_000)
    expect(await outcomeOf(closed)).toEqual({ value: undefined })
    expect(await outcomeOf(sent)).toMatchObject({ error: { code: expect.stringMatching(/CLOSED|STORE_UNKNOWN/) } })
  })

  test('on a store that rejects everything', async () => {
    const { work, process } = await working({ safety: 'never-retry' })
    process.store.faults.push(...Array.from({ length: 1_000 }, () => 'rejected' as const))
    work.last.resolve('paid')
    await settle()
    const closed = process.runtime.close()
    await process.time.advance(10_000)
    expect(await outcomeOf(closed)).toEqual({ value: undefined })
  })

  test('on a never-retry body that is in doubt already because its time ran out', async () => {
    const { process, agent } = await working({ safety: 'never-retry', timeoutMs: 1_000 })
    await process.time.advance(1_000)
    expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why: 'timeout' } }])
    expect(await outcomeOf(process.runtime.close())).toEqual({ value: undefined })
  })
})

test('what a closed runtime left says so: its heartbeat register is a goodbye, and another takes over at once', async () => {
  const { log, work, process, reopen } = await working()
  obedient(work.last)
  await process.runtime.close()
  const next = await reopen()
  expect(await next.runtime.recovered).toMatchObject({ agents: 1, effects: 1 })
  expect((await eventsOf(log, 'work-1')).map(({ type }) => type)).toEqual([
    'refold.started',
    'refold.claimed',
    'refold.effect.started',
  ])
})

describe('a store whose lock cannot be given back', () => {
  test('is closed all the same, and the error has a code', async () => {
    const store = memoryStore()
    const closed = vi.spyOn(store, 'close')
    const announce = async () => async () => {
      throw new Error('the lock is gone')
    }
    const presence = { announce, provenDead: async () => false }
    Object.defineProperty(store, 'presence', { value: presence })
    const runtime = await createRuntime({ store, agents: [] })
    await expect(runtime.close()).rejects.toMatchObject({ code: 'INVARIANT', cause: { message: 'the lock is gone' } })
    expect(closed).toHaveBeenCalledTimes(1)
  })

  test('does not hide why the runtime could not be opened', async () => {
    const store = memoryStore()
    const closed = vi.spyOn(store, 'close')
    vi.spyOn(store.registers, 'put').mockRejectedValue(new RefoldError('STORE_REJECTED', 'read only'))
    const announce = async () => async () => {
      throw new Error('the lock is gone')
    }
    Object.defineProperty(store, 'presence', { value: { announce, provenDead: async () => false } })
    await expect(createRuntime({ store, agents: [] })).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    expect(closed).toHaveBeenCalledTimes(1)
  })
})
