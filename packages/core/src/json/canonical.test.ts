import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson, hashOfJson } from './canonical.js'

describe('canonicalJson', () => {
  it('is the same for every order of keys, at every depth, and keeps the order of items', () => {
    expect(canonicalJson({ b: [2, { d: null, c: 'ü' }], a: 1 })).toBe('{"a":1,"b":[2,{"c":"ü","d":null}]}')
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
  })

  it('orders keys by UTF-16 code units and writes numbers as RFC 8785 does', () => {
    expect(canonicalJson({ '\u{1f600}': 1, '\ufb33': 2, 1: 3, A: 4, '': 5 })).toBe(
      '{"":5,"1":3,"A":4,"\u{1f600}":1,"\ufb33":2}',
    )
    expect(canonicalJson([1e21, 0.000001, 1e-7, 100])).toBe('[1e+21,0.000001,1e-7,100]')
  })
})

const byNode = (text: string): string => createHash('sha256').update(JSON.stringify(text)).digest('hex')

describe('hashOfJson', () => {
  it('is the SHA-256 of the canonical text', () => {
    expect(hashOfJson({ b: 1, a: 2 })).toBe(createHash('sha256').update('{"a":2,"b":1}').digest('hex'))
  })

  it('is the one of Node for text of every kind and length', () => {
    for (const text of ['', 'ü', '\u{1f600}', '\ud800', 'é'.repeat(10_000)]) expect(hashOfJson(text)).toBe(byNode(text))
    for (let length = 50; length < 140; length++)
      expect(hashOfJson('x'.repeat(length))).toBe(byNode('x'.repeat(length)))
  })
})
