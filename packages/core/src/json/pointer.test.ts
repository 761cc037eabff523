import { describe, expect, it } from 'vitest'
import { arrayIndex, escapeToken, parsePointer, toPointer, unescapeToken } from './pointer.js'

describe('JSON pointers', () => {
  it.each(['', 'plain', 'a/b', 'm~n', '~1', '~0/', 'Ünïcode', ' ', '-'])('carry the key %j there and back', (key) => {
    expect(unescapeToken(escapeToken(key))).toBe(key)
    expect(parsePointer(toPointer(['x', key, 'y']))).toEqual(['x', key, 'y'])
  })

  it('reads the examples of RFC 6901', () => {
    expect(parsePointer('')).toEqual([])
    expect(parsePointer('/')).toEqual([''])
    expect(parsePointer('/a~1b')).toEqual(['a/b'])
    expect(parsePointer('/m~0n')).toEqual(['m~n'])
    expect(parsePointer('/~01')).toEqual(['~1'])
  })

  it.each(['a', 'a/b', '/a~', '/a~2', '/~'])('refuses %j, which is none', (pointer) => {
    expect(() => parsePointer(pointer)).toThrow(expect.objectContaining({ code: 'UNREADABLE' }))
  })

  it.each(['/__proto__', '/a/constructor', '/a/prototype/b'])(
    'REC-6 refuses %s at every reading, as it reaches for a prototype',
    (pointer) => {
      for (let reading = 0; reading < 2; reading++) {
        expect(() => parsePointer(pointer)).toThrow(expect.objectContaining({ code: 'UNREADABLE' }))
      }
    },
  )

  it('remembers a bounded number of pointers and still reads all of them', () => {
    for (let at = 0; at < 10_000; at++) expect(parsePointer(`/n/${at}`)).toEqual(['n', String(at)])
    expect(parsePointer('/n/1')).toEqual(['n', '1'])
  })

  it('takes for an index only what RFC 6901 takes', () => {
    expect(['0', '7', '10'].map(arrayIndex)).toEqual([0, 7, 10])
    expect(['', '-', '-1', '01', '1.0', '1e1', ' 1', 'x'].map(arrayIndex)).toEqual([-1, -1, -1, -1, -1, -1, -1, -1])
  })
})
