import { createActor, createMachine, fromPromise } from 'xstate'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../json/json-value.js'
import { thrownToJson, toErrorData } from './error-data.js'

function withMembers(members: object): Error {
  return Object.assign(new Error('no'), members)
}

describe('REC-21 the members of an error', () => {
  test('REC-21 that cannot be looked at leave the rest of it', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const error = new TypeError('what I was', { cause: proxy })
    expect(toErrorData(error)).toEqual({ name: 'TypeError', message: 'what I was' })
    expect(toErrorData(withMembers({ proxy, list: [proxy], code: 5 }))).toEqual({
      name: 'Error',
      message: 'no',
      code: 5,
    })
  })

  test('REC-21 are kept as far as JSON can say them', () => {
    class Response {
      readonly status = 429
    }
    const error = withMembers({
      statusCode: 429,
      responseHeaders: { 'retry-after': '7', gone: undefined, send: () => 1 },
      isRetryable: true,
      at: new Date(0),
      list: [1, Number.NaN, new Response()],
      response: new Response(),
      retry: () => 1,
      empty: {},
      big: 1n,
    })
    expect(thrownToJson(error)).toEqual({
      name: 'Error',
      message: 'no',
      statusCode: 429,
      responseHeaders: { 'retry-after': '7' },
      isRetryable: true,
      at: '1970-01-01T00:00:00.000Z',
      list: [1, null, null],
    })
  })

  test('REC-21 a numeric code stays a number', () => {
    expect(thrownToJson(withMembers({ code: 429 }))).toEqual({ name: 'Error', message: 'no', code: 429 })
    expect(thrownToJson(withMembers({ code: Number.NaN }))).toEqual({ name: 'Error', message: 'no' })
  })

  test('REC-21 the errors of an AggregateError, and errors in members, are data too', () => {
    const all = new AggregateError([withMembers({ status: 1 }), 'two'], 'all')
    expect(thrownToJson(all)).toEqual({
      name: 'AggregateError',
      message: 'all',
      errors: [{ name: 'Error', message: 'no', status: 1 }, 'two'],
    })
    expect(thrownToJson(withMembers({ lastError: withMembers({ code: 1 }) }))).toMatchObject({
      lastError: { name: 'Error', message: 'no', code: 1 },
    })
  })

  test('REC-21 are those that `toJSON` gives, where there is one, but no stack', () => {
    const error = withMembers({ config: { secret: 1 }, toJSON: () => ({ status: 401, stack: 'at', message: 'other' }) })
    expect(thrownToJson(error)).toEqual({ name: 'Error', message: 'no', status: 401 })
  })

  test('REC-21 the largest are left out where they are too large together, and none of a bottomless one', () => {
    const cycle: Record<string, unknown> = { deep: 1 }
    cycle['again'] = cycle
    const error = withMembers({
      body: 'x'.repeat(9_000),
      half: 'y'.repeat(5_000),
      more: 'z'.repeat(5_001),
      status: 413,
      cycle,
    })
    const data = thrownToJson(error) as Record<string, unknown>
    expect(Object.keys(data)).toEqual(['name', 'message', 'half', 'status', 'cycle'])
    expect(JSON.stringify(data).length).toBeLessThan(8_300)
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`m${at}`, new Error('x'.repeat(50))]))
    expect(JSON.stringify(thrownToJson(withMembers({ wide, ...wide }))).length).toBeLessThan(8_300)
  })

  test('REC-21 those that throw when they are looked at are left out', () => {
    const error = withMembers({ status: 1 })
    Object.defineProperty(error, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    expect(thrownToJson(error)).toEqual({ name: 'Error', message: 'no', status: 1 })
  })

  test('REC-21 no key reaches for a prototype', () => {
    const error = withMembers({ deep: JSON.parse('{"__proto__": {"a": 1}, "b": 1}') as object })
    Object.defineProperty(error, '__proto__', { enumerable: true, value: { a: 1 } })
    expect(thrownToJson(error)).toEqual({ name: 'Error', message: 'no', deep: { b: 1 } })
  })
})

describe('REC-67 the keys that a request was sent with', () => {
  const left = '[left out]'
  test.each([
    ['headers', { headers: { Authorization: 'Bearer sk-1', 'x-api-key': 'sk-1', accept: '*' } }],
    ['headers of its own JSON', { toJSON: () => ({ config: { headers: { authorization: 'Bearer sk-1' } } }) }],
    [
      'pairs',
      {
        config: {
          headers: [
            ['authorization', 'Bearer sk-1'],
            ['accept', '*'],
          ],
        },
      },
    ],
    ['a list of names and values', { request: { rawHeaders: ['Cookie', 'sk-1', 'accept', '*'] } }],
    ['cookies of an answer', { responseHeaders: { 'set-cookie': ['a=sk-1', 'b=sk-1'] } }],
    [
      'headers of services',
      { headers: { 'X-Vault-Token': 'sk-1', 'private-token': 'sk-1', 'x-client-secret': 'sk-1' } },
    ],
    ['a header of Azure', { headers: { 'Ocp-Apim-Subscription-Key': 'sk-1' } }],
    ['options', { apiKey: 'sk-1', options: { api_key: 'sk-1', password: 'sk-1' } }],
    ['a cause', { cause: withMembers({ headers: { 'proxy-authorization': 'Basic sk-1' } }) }],
    ['a cause that is no error', { cause: { headers: { authorization: 'Bearer sk-1' } } }],
    ['one of several errors', { errors: [withMembers({ headers: { authorization: 'sk-1' } })] }],
  ])('REC-67 stand in no record: %s', (_where, members) => {
    for (const text of [thrownToJson(withMembers(members)), toErrorData(withMembers(members))].map((data) =>
      JSON.stringify(data),
    )) {
      expect(text).not.toContain('sk-1')
      expect(text).toContain(left)
    }
  })

  test('REC-67 what else bears such a name stays', () => {
    const members = {
      authorization: { scheme: 'none' },
      cookie: 3,
      names: ['accept', 'authorization'],
      token: '}',
      nextToken: 'p2',
    }
    expect(thrownToJson(withMembers(members))).toMatchObject(members)
  })
})

/** What plain XState gives the chart as `event.error`. */
async function inXState(thrown: unknown): Promise<unknown> {
  const told: unknown[] = []
  const machine = createMachine({
    invoke: {
      src: fromPromise(() => Promise.reject(thrown)),
      onError: { actions: ({ event }) => told.push(event.error) },
    },
  })
  createActor(machine).start()
  await new Promise((resolve) => setImmediate(resolve))
  expect(told).toHaveLength(1)
  return told[0]
}

describe('REC-21 what is thrown and no error', () => {
  test.each([
    [undefined],
    [null],
    [0],
    [''],
    [false],
    ['text'],
    [42],
    [[1, 2]],
    [{ status: 503, list: [{ a: null }] }],
  ])('REC-21 %j is what plain XState gives', async (thrown) => {
    expect(thrownToJson(thrown)).toEqual(await inXState(thrown))
    expect(Object.isFrozen(thrown)).toBe(Object(thrown) !== thrown)
  })

  test.each<[unknown, JsonValue]>([
    [
      { status: 503, retry: () => 1, at: new Date(0) },
      { status: 503, at: '1970-01-01T00:00:00.000Z' },
    ],
    [
      new (class Problem {
        status = 503
        url = new URL('https://a.b/')
      })(),
      { status: 503, url: 'https://a.b/' },
    ],
    [1n, { name: 'Error', message: '1' }],
    [Symbol('s'), { name: 'Error', message: 'Symbol(s)' }],
    [Number.POSITIVE_INFINITY, { name: 'Error', message: 'Infinity' }],
  ])('REC-21 of what is no JSON either, it is what JSON can say', (thrown, said) => {
    expect(thrownToJson(thrown)).toEqual(said)
  })

  test('REC-21 as the last error of an effect it has a name and a message beside its members', () => {
    expect(toErrorData({ status: 503 })).toEqual({ name: 'Error', message: '{"status":503}', status: 503 })
    expect(toErrorData({ name: 'Busy', message: 'later', status: 503 })).toEqual({
      name: 'Busy',
      message: 'later',
      status: 503,
    })
    expect(toErrorData(undefined)).toEqual({ name: 'Error', message: 'undefined' })
  })
})
