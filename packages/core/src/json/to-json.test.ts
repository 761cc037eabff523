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
  it('STEP-22 gives a copy, frozen all the way down, and freezes nothing of the value', () => {
    const value = { a: [1, { b: 'x' }], c: Object.assign(Object.create(null) as object, { d: { e: 1 } }) }
    const { json, same } = toJson(value)
    const parts = (each: unknown): unknown[] =>
      typeof each === 'object' && each !== null ? [each, ...Object.values(each).flatMap(parts)] : []
    expect(same).toBe(false)
    expect(JSON.stringify(json)).toBe('{"a":[1,{"b":"x"}],"c":{"d":{"e":1}}}')
    expect(parts(json).map((each) => Object.isFrozen(each))).toEqual([true, true, true, true, true])
    expect(parts(value).map((each) => Object.isFrozen(each))).toEqual([false, false, false, false, false])
    expect(parts(json).filter((each) => parts(value).includes(each))).toEqual([])
  })

  it('gives every JSON value as it is, and again when asked again', () => {
    fc.assert(
      fc.property(randomJson, (value) => {
        const text = JSON.stringify(value)
        const { json } = toJson(value)
        expect(json).toEqual(value)
        expect(toJson(json)).toEqual({ json, same: true })
        expect(toJson(json).json).toBe(json)
        expect(JSON.stringify(jsonOf(value))).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })

  it('copies what someone else froze: what it holds may not be frozen', () => {
    const value = Object.freeze({ a: Object.freeze([1]) })
    expect(toJson(value).json).toEqual(value)
    expect(toJson(value).json).not.toBe(value)
  })

  it('keeps the order of keys', () => {
    expect(Object.keys(toJson({ z: 1, a: 2, m: 3 }).json as object)).toEqual(['z', 'a', 'm'])
  })

  it('stores once what a value has twice', () => {
    const twice = { a: [1] }
    const json = toJson({ first: twice, list: [twice] }).json as { first: object; list: object[] }
    expect(json).toEqual({ first: { a: [1] }, list: [{ a: [1] }] })
    expect(json.list[0]).toBe(json.first)
  })

  it('looks again at what is new beside a previous value, and at nothing else', () => {
    const before = toJson({ list: [{ n: 1 }, { n: 2 }], other: { a: 1 } }).json as {
      list: { n: number }[]
      other: { a: number }
    }
    const after = { list: [...before.list, { n: 3 }], other: before.other, more: { b: undefined } }
    const { json, same } = toJson(after, { previous: before })
    expect(JSON.stringify(json)).toBe('{"list":[{"n":1},{"n":2},{"n":3}],"other":{"a":1},"more":{}}')
    expect(same).toBe(false)
    const { list, other } = json as unknown as typeof after
    expect(list.slice(0, 2).every((item, at) => item === before.list[at])).toBe(true)
    expect(other).toBe(before.other)
  })

  it('sees -0 where a previous array had 0', () => {
    const before = toJson([0, 0]).json
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

  it('reads an accessor once each time', () => {
    let reads = 0
    const value = {
      get now() {
        return ++reads
      },
    }
    expect(toJson(value).json).toEqual({ now: 1 })
    expect(reads).toBe(1)
  })

  it('gives what came out once as the same reference again, also below a new one', () => {
    const { json } = toJson({ a: undefined, b: { c: 1 } })
    expect((toJson({ x: json }).json as { x: unknown }).x).toBe(json)
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
    ['a Uint8Array', new Uint8Array(1)],
    ['an unnamed class', new (class extends Object {})()],
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

  it('refuses cycles, wide ones too, without walking them twice', () => {
    const cycle: Record<string, unknown> = {}
    for (let at = 0; at < 100; at++) cycle[`k${at}`] = cycle
    expect(() => toJson(cycle)).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE' }))
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
    const deep = toJson(nested(200)).json
    expect(toJson(deep).same).toBe(true)
    expect(refusalOf({ deep })).toMatchObject({
      code: 'NOT_SERIALIZABLE',
      facts: { found: 'more than 200 levels deep' },
    })
    expect(refusalOf(nested(201))).toMatchObject({ code: 'NOT_SERIALIZABLE' })
  })

  it('does not hold a depth against a value that has lost it', () => {
    const before = toJson([{ n: 1 }, nested(150)]).json as unknown[]
    let around: unknown = toJson([before[0], 1], { previous: before }).json
    for (let level = 0; level < 100; level++) around = [around]
    expect(JSON.stringify(toJson(around).json)).toBe(JSON.stringify(around))
  })
})
