import { describe, expect, it } from 'vitest'
import { ownJson } from './own-json.js'

const own = (value: unknown) => ownJson(value, { path: '' })

describe('ownJson', () => {
  it('freezes nothing of the caller, and shares nothing with him', () => {
    const mine = { a: [{ b: 1 }], c: Object.assign(Object.create(null) as object, { d: { e: 1 } }) }
    const json = own(mine) as { a: { b: number }[]; c: { d: object } }
    expect(JSON.stringify(json)).toBe('{"a":[{"b":1}],"c":{"d":{"e":1}}}')
    expect(
      [mine, mine.a, mine.a[0], mine.c, json.c.d === (mine.c as { d?: object }).d].map((each) => Object.isFrozen(each)),
    ).toEqual([false, false, false, false, true])
    expect(json.c.d).not.toBe((mine.c as { d?: object }).d)
    expect(json.a[0]).not.toBe(mine.a[0])
  })

  it('takes its own JSON again without a copy', () => {
    const json = own({ a: [1] })
    expect(own(json)).toBe(json)
  })

  it('keeps the order of keys', () => {
    expect(Object.keys(own({ z: 1, a: 2, m: 3 }) as object)).toEqual(['z', 'a', 'm'])
  })

  it.each([
    ['/at', { at: new Date(0) }],
    ['/f', { f: () => 1 }],
    ['/list/1', { list: [1, 2n] }],
    ['/__proto__', JSON.parse('{"__proto__": {"polluted": true}}')],
  ])('refuses what is not JSON at %s', (path, value) => {
    expect(() => own(value)).toThrow(
      expect.objectContaining({ code: 'NOT_SERIALIZABLE', facts: expect.objectContaining({ path }) }),
    )
  })

  it('refuses cycles, wide ones too, without walking them twice', () => {
    const cycle: Record<string, unknown> = {}
    for (let at = 0; at < 100; at++) cycle[`k${at}`] = cycle
    expect(() => own(cycle)).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE' }))
  })
})
