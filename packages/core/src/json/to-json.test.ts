import fc from 'fast-check'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { randomJson } from './random-json.fixture.js'
import { jsonOf, toJson } from './to-json.js'

class Money {
  readonly amount = 1
  toJSON(): number {
    return this.amount
  }
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { in: value } : [value]
  return value
}

const refusalOf = (value: unknown, path?: string): unknown => {
  try {
    return toJson(value, path === undefined ? {} : { path })
  } catch (error) {
    return error
  }
}

describe('toJson of JSON', () => {
  it('gives the same reference, frozen all the way down', () => {
    const value = { a: [1, { b: 'x' }], c: null }
    const outcome = toJson(value)
    expect(outcome).toEqual({ json: value, same: true })
    expect(outcome.json).toBe(value)
    expect([value, value.a, value.a[1]].every(Object.isFrozen)).toBe(true)
    expect(() => value.a.push(2)).toThrow(TypeError)
  })

  it('gives every JSON value as it is, and again when asked again', () => {
    fc.assert(
      fc.property(randomJson, (value) => {
        const text = JSON.stringify(value)
        expect(toJson(value)).toEqual({ json: value, same: true })
        expect(toJson(value).json).toBe(value)
        expect(JSON.stringify(jsonOf(value))).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes values that were frozen before', () => {
    const value = Object.freeze({ a: Object.freeze([1]) })
    expect(toJson(value).json).toBe(value)
    expect(toJson({ b: value }).json).toEqual({ b: { a: [1] } })
  })

  it('looks again at what is new beside a previous value, and at nothing else', () => {
    const before = { list: [{ n: 1 }, { n: 2 }], other: { a: 1 } }
    toJson(before)
    const after = { list: [...before.list, { n: 3 }], other: before.other, more: { b: undefined } }
    const { json, same } = toJson(after, { previous: before })
    expect(JSON.stringify(json)).toBe('{"list":[{"n":1},{"n":2},{"n":3}],"other":{"a":1},"more":{}}')
    expect(same).toBe(false)
    expect(Object.isFrozen(after.list[2])).toBe(true)
    expect((json as unknown as typeof after).other).toBe(before.other)
  })

  it('sees -0 where a previous array had 0', () => {
    const before = [0, 0]
    toJson(before)
    expect(Object.is((toJson([0, -0], { previous: before }).json as number[])[1], 0)).toBe(true)
  })

  it('keeps strings with lone surrogates, which JSON text escapes', () => {
    const value = { text: 'a\ud800b', 'key\udfff': 1 }
    expect(JSON.parse(JSON.stringify(toJson(value).json))).toEqual(value)
  })
})

describe('toJson of what is nearly JSON', () => {
  it.each([
    ['drops members that are undefined', { a: undefined, b: 1 }, '{"b":1}'],
    ['turns items that are undefined into null', [1, undefined], '[1,null]'],
    // eslint-disable-next-line no-sparse-arrays
    ['turns holes into null', [1, , 2], '[1,null,2]'],
    ['turns -0 into 0', { a: -0, b: [-0] }, '{"a":0,"b":[0]}'],
    [
      'turns errors into data',
      { e: Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'E1' }) },
      '{"e":{"name":"TypeError","message":"no","code":"E1","cause":{"name":"Error","message":"why"}}}',
    ],
    [
      'leaves out causes that are not JSON',
      { e: new Error('no', { cause: new Map() }) },
      '{"e":{"name":"Error","message":"no"}}',
    ],
    [
      'takes of causes that are not JSON what they give as JSON',
      { e: new Error('no', { cause: new Money() }) },
      '{"e":{"name":"Error","message":"no","cause":1}}',
    ],
    ['copies objects without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['copies objects of another realm', runInNewContext('({ a: [1, { b: 2 }] })'), '{"a":[1,{"b":2}]}'],
    ['drops members that are not enumerable', Object.defineProperty({ a: 1 }, 'hidden', { value: 2 }), '{"a":1}'],
    ['keeps the items of a match alone', /b(c)/.exec('abc'), '["bc","c"]'],
  ])('%s', (_title, value, text) => {
    const { json, same } = toJson(value)
    expect(JSON.stringify(json)).toBe(text)
    expect(same).toBe(false)
    expect(Object.isFrozen(json)).toBe(true)
    expect(Object.getPrototypeOf(json)).toBe(Array.isArray(json) ? Array.prototype : Object.prototype)
    expect(toJson(json)).toEqual({ json, same: true })
  })

  it('reads an accessor once', () => {
    let reads = 0
    const value = {
      get now() {
        return ++reads
      },
    }
    expect(toJson(value).json).toEqual({ now: 1 })
    expect(toJson(value).json).toEqual({ now: 1 })
    expect(reads).toBe(1)
  })

  it('gives the same JSON reference for the same live value, also below a new one', () => {
    const live = { a: undefined, b: { c: 1 } }
    const { json } = toJson(live)
    expect(toJson(live).json).toBe(json)
    expect((toJson({ x: live }).json as { x: unknown }).x).toBe(json)
    expect((json as unknown as typeof live).b).toBe(live.b)
  })

  it('gives undefined for undefined, where jsonOf refuses it', () => {
    expect(toJson(undefined)).toEqual({ json: undefined, same: true })
    expect(() => jsonOf(undefined)).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE' }))
  })
})

describe('toJson of what is not JSON', () => {
  it.each([
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a Money', new Money()],
    ['a BigInt', 1n],
    ['a symbol', Symbol('s')],
    ['the function work', function work() {}],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['an object with a member under a symbol', { [Symbol('s')]: 1 }],
    ['an Uint8Array', new Uint8Array(1)],
    ['a List', new (class List extends Array<number> {})()],
  ])('STEP-8 refuses %s and says where it is', (found, value) => {
    expect(refusalOf({ list: [0, { 'a/b': value }] }, '/context')).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      message: `/context/list/1/a~1b is ${found}, and only JSON can be stored.`,
      facts: { path: '/context/list/1/a~1b', found },
    })
    expect(refusalOf(value)).toMatchObject({ code: 'NOT_SERIALIZABLE', facts: { path: '', found } })
  })

  it.each(['__proto__', 'constructor', 'prototype'])('REC-6 refuses the key %s', (key) => {
    expect(refusalOf({ a: JSON.parse(`{"${key}": 1}`) as unknown })).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      facts: { path: `/a/${key}` },
    })
  })

  it('STEP-8 refuses a cycle and says where it closes', () => {
    const value: { a: { b?: unknown } } = { a: {} }
    value.a.b = value.a
    expect(refusalOf(value)).toMatchObject({ facts: { path: '/a/b', found: 'a cycle back to /a' } })
  })

  it('refuses what an accessor throws, with its cause', () => {
    const cause = new Error('not now')
    const value = {
      get a(): number {
        throw cause
      },
    }
    expect(refusalOf(value)).toMatchObject({ code: 'NOT_SERIALIZABLE', facts: { path: '/a' }, cause })
  })

  it('takes 200 levels and refuses 201, also when the lower ones are known already', () => {
    const deep = nested(200)
    expect(toJson(deep).same).toBe(true)
    expect(refusalOf({ deep })).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      facts: { found: 'more than 200 levels deep' },
    })
    expect(refusalOf(nested(201))).toMatchObject({ code: 'NOT_SERIALIZABLE' })
  })

  it('does not hold a depth against a value that has lost it', () => {
    const deep = nested(150)
    const before = [{ n: 1 }, deep]
    toJson(before)
    const after = [before[0], 1]
    toJson(after, { previous: before })
    let around: unknown = after
    for (let level = 0; level < 100; level++) around = [around]
    expect(toJson(around).same).toBe(true)
  })
})
