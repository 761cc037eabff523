/** Which failed attempts are repeated, when, and why the last is the last. */
import { describe, expect, test } from 'vitest'
import { TerminalError } from '../definition/terminal-error.js'
import type { RetryOptions } from '../definition/policy-types.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function working(retry: Partial<RetryOptions> = {}) {
  const [log, time, work] = [memoryLog(), new ManualTime(), controlledBody()]
  const definition = workAgent({
    body: work.body,
    policy: { retry: { attempts: 5, delayMs: 100, jitter: false, ...retry } },
  })
  const process = await startProcess({ log, time, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  const fail = async (error: unknown): Promise<void> => {
    work.last.reject(error)
    await settle()
  }
  /** Of the newest record. */
  const data = async () => (await eventsOf(log, 'work-1')).at(-1)?.data as Record<string, unknown>
  /** Milliseconds until the next attempt. */
  const wait = async (): Promise<number> => Number((await data())['retryAt']) - process.clock.now()
  return { log, definition, time, work, agent, process, fail, data, wait }
}

const unauthorized = { name: 'AI_APICallError', message: 'no', statusCode: 401, isRetryable: false }

describe('EFF-24 an attempt that is of no use to repeat', () => {
  test.each([
    ['TerminalError', new TerminalError('card declined')],
    ['an error of a known shape', Object.assign(new Error('no'), unauthorized)],
    ['plain data of that shape', unauthorized],
    ['an error around it', new Error('draft failed', { cause: Object.assign(new Error('no'), unauthorized) })],
    ['a list of attempts that ends with it', Object.assign(new Error('twice'), { lastError: unauthorized })],
  ])('EFF-24 %s ends the effect at once, and the record says why', async (_what, error) => {
    const { work, agent, fail, data } = await working()
    await fail(error)
    expect(agent.getSnapshot().value).toBe('failed')
    expect(work.runs).toHaveLength(1)
    expect(await data()).toMatchObject({ attempt: 1, final: 'not-retryable' })
  })

  test.each([
    ['an error that says nothing', new Error('busy')],
    [
      'one that says it is retryable, of a cause that does not',
      Object.assign(new Error('busy', { cause: unauthorized }), { isRetryable: true }),
    ],
    ['nothing', undefined],
    [
      'what throws when it is looked at',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no')
          },
        },
      ),
    ],
  ])('EFF-24 %s is repeated', async (_what, error) => {
    const { time, work, fail } = await working()
    await fail(error)
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
  })

  test('EFF-24 `if` is asked with what was thrown and the attempt, and its no is the end', async () => {
    const asked: unknown[] = []
    const { time, agent, fail, data } = await working({
      if: (error, attempt) => (asked.push([error, attempt]), (error as { status: number }).status !== 401),
    })
    const [busy, no] = [
      Object.assign(new Error('busy'), { status: 503 }),
      Object.assign(new Error('no'), { status: 401 }),
    ]
    await fail(busy)
    expect(await data()).toMatchObject({ attempt: 1, retryAt: expect.any(Number) as number })
    await time.advance(100)
    await fail(no)
    expect(asked).toEqual([
      [busy, 1],
      [no, 2],
    ])
    expect(agent.getSnapshot().value).toBe('failed')
    expect(await data()).toMatchObject({ attempt: 2, final: 'policy' })
  })

  test('EFF-24 an `if` that throws says nothing, and the log tells it', async () => {
    const { time, work, process, fail } = await working({
      if: () => {
        throw new TypeError('not my error')
      },
    })
    await fail(new Error('busy'))
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
    expect(process.logged).toContainEqual({
      level: 'warn',
      message: '`retry.if` threw, and counts as true: effect work of work-1',
    })
  })

  test('EFF-24 the record says that no attempt is left, and that an outcome cannot be stored', async () => {
    const used = await working({ attempts: 1 })
    await used.fail(new Error('busy'))
    expect(await used.data()).toMatchObject({ attempt: 1, final: 'attempts' })
    const { work, data } = await working()
    work.last.resolve(() => 1)
    await settle()
    expect(await data()).toMatchObject({ attempt: 1, final: 'unstorable' })
  })
})

/** As the SDKs of OpenAI and Anthropic throw it. */
const answered = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`${status} no`), { status, headers: new Headers(headers) })

describe('EFF-242 an error that carries the answer of a server', () => {
  test.each([
    ['a refused request', answered(400)],
    ['a refused key', answered(401)],
    ['an error around it', new Error('draft failed', { cause: answered(422) })],
    ['the error of another client', Object.assign(new Error('no'), { response: { status: 404, headers: {} } })],
    ['one with a statusCode', Object.assign(new Error('no'), { response: { statusCode: 403, headers: {} } })],
    ['a server that says so', answered(500, { 'x-should-retry': 'false' })],
    [
      'a server that says so to an SDK that does not heed it',
      Object.assign(answered(500, { 'x-should-retry': 'false' }), { isRetryable: true }),
    ],
  ])('EFF-242 %s ends the effect at once', async (_what, error) => {
    const { work, agent, fail, data } = await working()
    await fail(error)
    expect(agent.getSnapshot().value).toBe('failed')
    expect(work.runs).toHaveLength(1)
    expect(await data()).toMatchObject({ attempt: 1, final: 'not-retryable' })
  })

  test.each<[string, Error]>([
    ...[408, 409, 425, 429, 500, 529].map(
      (status) => [`an answer of ${status}`, answered(status)] satisfies [string, Error],
    ),
    ['a server that says so', answered(400, { 'x-should-retry': 'true' })],
    ['an error that says so', Object.assign(answered(400), { isRetryable: true })],
    ['a passing one, of a refusal', Object.assign(answered(502), { cause: answered(400) })],
    ['one that says when to come again', answered(403, { 'retry-after': '0' })],
    ['a status without an answer', Object.assign(new Error('no'), { status: 400 })],
  ])('EFF-242 %s is repeated', async (_what, error) => {
    const { time, work, fail } = await working()
    await fail(error)
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
  })

  test.each([
    ['403', 403, '0', 61_000],
    ['429', 429, '0', 61_000],
    ['404, which is no limit', 404, '0', undefined],
    ['403 with requests left', 403, '1', undefined],
  ])('EFF-323 one with %s waits for the next requests if none are left', async (_what, status, left, expected) => {
    const { process, agent, fail, wait } = await working()
    const reset = String(process.clock.now() / 1000 + 61)
    await fail(answered(status, { 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset }))
    if (expected === undefined) expect(agent.getSnapshot().value).toBe('failed')
    else expect(await wait()).toBe(expected)
  })

  test('EFF-242 of a status `if` may know better, of what the server says it may not', async () => {
    const { time, work, agent, fail } = await working({ if: () => true })
    await fail(answered(404))
    await time.advance(100)
    expect(work.runs).toHaveLength(2)
    await fail(answered(404, { 'x-should-retry': 'false' }))
    expect(agent.getSnapshot().value).toBe('failed')
  })
})

describe('EFF-443 an error with a number for its code', () => {
  test.each([
    ['of a time that was over', new DOMException('too slow', 'TimeoutError'), 23],
    ['of an answer', Object.assign(new Error('busy'), { code: 503 }), 503],
  ])('EFF-443 %s leaves an agent that another process reads and goes on with', async (_what, error, code) => {
    const { log, definition, time, process, fail, data, work } = await working()
    await fail(error)
    expect(await data()).toMatchObject({ error: { code } })
    process.die()
    const next = await startProcess({ log, time, agents: [definition] })
    await time.advance(20_000)
    expect(next.reports).toEqual([])
    expect(work.runs).toHaveLength(2)
  })
})

describe('EFF-25 the wait before the next attempt', () => {
  test.each([
    ['`retryAfter` in seconds', { retryAfter: 7 }, 7_000],
    ['headers of a client', { headers: { 'Retry-After': '7' } }, 7_000],
    ['headers of a provider', { responseHeaders: { 'retry-after-ms': '1234', 'retry-after': '9' } }, 1_234],
    ['a fetch response', { response: new Response(null, { headers: { 'retry-after': '7' } }) }, 7_000],
    ['a header with several values', { response: { headers: { 'retry-after': ['7', '9'] } } }, 7_000],
    ['a cause', { cause: { headers: new Headers({ 'retry-after': '7' }) } }, 7_000],
    ['less than the policy says', { retryAfter: 0 }, 100],
    ['what is no time', { retryAfter: 'soon', headers: { 'retry-after': '-5' } }, 100],
    ['more than a day', { retryAfter: 1e9 }, 86_400_000],
  ])('EFF-25 heeds %s', async (_what, members, expected) => {
    const { fail, wait } = await working()
    await fail(Object.assign(new Error('429'), members))
    expect(await wait()).toBe(expected)
  })

  test('EFF-25 heeds a date, as HTTP writes it and as a Date', async () => {
    for (const asText of [true, false]) {
      const { process, fail, wait } = await working()
      const date = new Date(Math.ceil(process.clock.now() / 1000) * 1000 + 7_000)
      await fail({ retryAfter: asText ? date.toUTCString() : date })
      expect(await wait()).toBe(date.getTime() - process.clock.now())
    }
  })

  test('EFF-25 is what `delayMs` gives for the error and the attempt, if the error asks for no more', async () => {
    const { time, fail, wait } = await working({
      maxDelayMs: 1_000,
      delayMs: (error, attempt) => (error as { cost: number }).cost * attempt,
    })
    await fail({ cost: 2_000 })
    expect(await wait()).toBe(2_000)
    await time.advance(2_000)
    await fail({ cost: 2_000, retryAfter: 1 })
    expect(await wait()).toBe(4_000)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['gives no number', () => Number.NaN],
  ])('EFF-25 is the default when `delayMs` %s, and the log tells it', async (_how, delayMs) => {
    const { process, fail, wait } = await working({ delayMs })
    await fail(new Error('busy'))
    expect(await wait()).toBe(500)
    expect(process.logged.some(({ message }) => message.startsWith('`retry.delayMs`'))).toBe(true)
  })
})

test('EFF-366 the pause before an attempt ends by the clock on the wall, where the machine slept meanwhile', async () => {
  const { time, work, process, fail } = await working({ delayMs: 3_600_000, maxDelayMs: 3_600_000 })
  await fail(new Error('busy'))
  process.clock.skewMs += 8 * 3_600_000
  await time.advance(60_000)
  expect(work.runs).toHaveLength(2)
})
