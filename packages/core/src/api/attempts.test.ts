/** Attempts, steps, limits and time-outs of effects, over crashes. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const DAY_MS = 86_400_000

async function working(policy?: WorkOptions['policy'], options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...(policy === undefined ? undefined : { policy }), ...options })
  const start = () => startProcess({ log, time, agents: [definition] })
  const process = await start()
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, time, work, definition, process, agent, start, types: () => typesOf(log, 'work-1') }
}

function untouchable(target: object): object {
  const refuse = (): never => {
    throw new Error('hands off')
  }
  return new Proxy(target, { get: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse })
}

describe('what a body throws', () => {
  test.each([
    [
      'an error',
      Object.assign(new TypeError('no'), { code: 'E_NO', cause: new Error('below') }),
      { name: 'TypeError', message: 'no', code: 'E_NO', cause: { name: 'Error', message: 'below' } },
    ],
    ['a text', 'just a text', 'just a text'],
    ['a number', 42, 42],
    [
      'an error with members',
      Object.assign(new Error('busy'), { code: 429, isRetryable: true, responseHeaders: { 'retry-after': '7' } }),
      { name: 'Error', message: 'busy', code: 429, isRetryable: true, responseHeaders: { 'retry-after': '7' } },
    ],
    ['plain data', { status: 503 }, { status: 503 }],
    [
      'data with what is none',
      { status: 503, at: new Date(0), socket: new Map() },
      { status: 503, at: '1970-01-01T00:00:00.000Z' },
    ],
    [
      'an instance of a class',
      new (class {
        status = 503
      })(),
      { status: 503 },
    ],
    ['not a number', Number.NaN, { name: 'Error', message: 'NaN' }],
    ['null', null, null],
    ['false', false, false],
    ['a function', () => 1, { name: 'Error', message: '() => 1' }],
    ['a big integer', 5n, { name: 'Error', message: '5' }],
    ['what throws when it is looked at', untouchable({}), { name: 'Error', message: 'what was thrown cannot be read' }],
    ['an error that throws so', untouchable(new Error('x')), { name: 'Error', message: '' }],
  ])('EFF-10 %s is what the chart gets, as data', async (_what, thrown, error) => {
    const { work, agent } = await working()
    work.last.reject(thrown)
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'failed', context: { error } })
  })

  test('EFF-10 nothing is nothing for the chart, and for the record', async () => {
    const { log, work, agent } = await working()
    work.last.reject(undefined)
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'failed', context: {} })
    expect(agent.getSnapshot().context.error).toBeUndefined()
    expect((await eventsOf(log, 'work-1')).at(-1)?.data).toEqual({ src: 'work', attempt: 1, final: 'attempts' })
  })

  test('REC-21 what a body threw is not frozen', async () => {
    const { work } = await working({ retry: { attempts: 2, delayMs: 60_000 } })
    const error = Object.assign(new Error('busy'), { headers: { a: [1] }, cause: { b: [1] } })
    work.last.reject(error)
    await settle()
    error.headers.a.push(2)
    error.cause.b.push(2)
    expect(error).toMatchObject({ headers: { a: [1, 2] }, cause: { b: [1, 2] } })
  })

  test('EFF-1 a body that throws before it returns a promise fails like any other', async () => {
    const { agent } = await working(undefined, {
      body: () => {
        throw new Error('at once')
      },
    })
    expect(agent.getSnapshot().context.error).toMatchObject({ message: 'at once' })
  })

  test('EFF-4 a body that rejects after it was left changes nothing and ends no process', async () => {
    const { work, agent, types } = await working({ retry: { attempts: 5 } })
    await agent.send({ type: 'leave' })
    work.last.reject(new Error('late'))
    await settle()
    expect(await types()).toEqual(['refold.started', 'leave'])
  })

  test('EFF-4 a success after it was left is not recorded either', async () => {
    const { work, agent, types } = await working()
    await agent.send({ type: 'leave' })
    work.last.resolve('late')
    await settle()
    expect(await types()).toEqual(['refold.started', 'leave'])
  })
})

describe('EFF-9 retries', () => {
  test('EFF-9 while an attempt is under way whose begin is recorded, no time of a next one is told', async () => {
    const { time, process, work, agent } = await working({
      safety: { reconcile: async () => 'unknown' },
      retry: { attempts: 3, delayMs: 100, jitter: false },
    })
    const told = () => agent.getSnapshot().effects
    work.last.reject(new Error('one'))
    await settle()
    expect(told()).toMatchObject([{ attempts: 1, retryAt: process.clock.now() + 100 }])
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
    expect(told()).toMatchObject([{ attempts: 1, lastError: { message: 'one' } }])
    expect(told()[0]).not.toHaveProperty('retryAt')
  })

  test('EFF-9 each failure is a record with the absolute time of the next attempt, which gets the same key', async () => {
    const { log, time, process, work, agent } = await working({
      retry: { attempts: 3, delayMs: 100, factor: 3, jitter: false },
    })
    const now = process.clock.now()
    work.last.reject(new Error('one'))
    await settle()
    expect(agent.getSnapshot().effects).toMatchObject([
      { attempts: 1, retryAt: now + 100, lastError: { message: 'one' } },
    ])
    await time.advance(99)
    expect(work.runs).toHaveLength(1)
    await time.advance(1)
    work.last.reject(new Error('two'))
    await time.advance(300)
    expect(work.runs.map(({ args }) => args.attempt)).toEqual([1, 2, 3])
    expect(new Set(work.runs.map(({ args }) => args.key)).size).toBe(1)
    work.last.reject(new Error('three'))
    await settle()
    expect(agent.getSnapshot().context.error).toMatchObject({ message: 'three' })
    expect(
      (await eventsOf(log, 'work-1')).slice(1).map(({ type, data }) => [type, (data as { attempt: number }).attempt]),
    ).toEqual([
      ['refold.effect.failed', 1],
      ['refold.effect.failed', 2],
      ['refold.effect.failed', 3],
    ])
  })

  test('EFF-9 a pause of a hundred days is waited for in full', async () => {
    const { time, work } = await working({
      retry: { attempts: 2, delayMs: 100 * DAY_MS, maxDelayMs: 100 * DAY_MS, jitter: false },
    })
    work.last.reject(new Error('busy'))
    await settle()
    await time.leap(99 * DAY_MS)
    expect(work.runs).toHaveLength(1)
    await time.leap(DAY_MS)
    expect(work.runs).toHaveLength(2)
  })
})

describe('EFF-11 a time-out', () => {
  test('EFF-11 aborts the attempt, counts it, and the next one begins', async () => {
    const { time, work, agent } = await working({
      timeoutMs: 1_000,
      retry: { attempts: 2, delayMs: 10, jitter: false },
    })
    const first = obedient(work.last)
    await time.advance(1_000)
    expect(first.args.signal.reason).toMatchObject({ code: 'EFFECT_TIMEOUT' })
    await time.advance(10)
    expect(work.runs).toHaveLength(2)
    await time.advance(1_000)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'EFFECT_TIMEOUT' })
    expect(work.runs).toHaveLength(2)
  })

  test('EFF-11 of fifty days does not come early', async () => {
    const { time, work, agent } = await working({ timeoutMs: 50 * DAY_MS })
    await time.leap(49 * DAY_MS)
    expect(work.last.args.signal.aborted).toBe(false)
    await time.leap(DAY_MS)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'EFFECT_TIMEOUT' })
  })

  test('EFF-11 an attempt that ended in time is not aborted later', async () => {
    const { time, work } = await working({ timeoutMs: 1_000 })
    work.last.resolve('in time')
    await time.advance(2_000)
    expect(work.last.args.signal.aborted).toBe(false)
  })
})

describe('EFF-12 limits', () => {
  test('EFF-12 a slot is free again after an outcome, a failure, an abort, and a body that began nothing', async () => {
    const { time, work, definition, process } = await working({
      concurrency: 1,
      retry: { attempts: 2, delayMs: 60_000, jitter: false },
    })
    const others = await Promise.all(['2', '3', '4', '5'].map((id) => process.runtime.start(definition, { id })))
    expect(work.runs).toHaveLength(1)
    work.last.resolve('outcome')
    await settle()
    expect(work.runs).toHaveLength(2)
    work.last.reject(new Error('failure'))
    await settle()
    expect(work.runs).toHaveLength(3)
    obedient(work.last)
    await others[1]?.send({ type: 'leave' })
    await settle()
    expect(work.runs).toHaveLength(4)
    await others[3]?.send({ type: 'leave' })
    work.last.resolve('outcome')
    await time.advance(60_000)
    expect(work.runs).toHaveLength(5)
    expect(work.last.args.attempt).toBe(2)
  })

  test('EFF-12 no more begin in a second than allowed, and none is forgotten', async () => {
    const { time, work, definition, process } = await working({ perSecond: 2 })
    await Promise.all(['2', '3', '4'].map((id) => process.runtime.start(definition, { id })))
    const counts: number[] = []
    for (let quarter = 0; quarter < 8; quarter++) {
      counts.push(work.runs.length)
      await time.advance(250)
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
  })
})

describe('EFF-21 steps', () => {
  test('EFF-21 a finished step is not run again after a takeover, whatever it gave, and steps of one name are told apart', async () => {
    const ran: string[] = []
    const results: unknown[] = []
    const { time, work, process, start } = await working()
    const walk = async ({ step }: (typeof work.last)['args']): Promise<void> => {
      for (const [name, value] of [
        ['pay', { id: 7 }],
        ['pay', null],
        ['log', undefined],
        ['pay', 0],
      ] as const) {
        const result = await step(name, ({ key }) => {
          ran.push(`${name} ${key.slice(key.indexOf('/'))}`)
          return value
        })
        results.push(result)
      }
    }
    await walk(work.last.args)
    expect(ran).toEqual(['pay /pay#0', 'pay /pay#1', 'log /log#0', 'pay /pay#2'])
    process.die()
    await start()
    await outliveLease(time)
    await walk(work.last.args)
    expect(ran).toHaveLength(4)
    expect(results.slice(4)).toEqual([{ id: 7 }, null, null, 0])
  })

  test('EFF-21 what a body does to a result changes no state', async () => {
    const { work, agent } = await working()
    const mine = await work.last.args.step('list', () => ['a'])
    mine.push('b')
    expect(await agent.stateAt(agent.getSnapshot().revision)).toMatchObject({ revision: 1n })
    const { step } = work.last.args
    expect(await step('other', () => ['c'])).toEqual(['c'])
  })

  test('EFF-21 a step that throws is not remembered', async () => {
    const { work } = await working()
    const { step } = work.last.args
    await expect(step('pay', () => Promise.reject(new Error('declined')))).rejects.toThrow('declined')
    expect(await step('pay', () => 'paid')).toBe('paid')
  })
})
