import { describe, expect, test } from 'vitest'
import { storedEvent } from './stored-event.js'

describe('a stored event', () => {
  const place = { stream: 'doc-1', revision: 3, position: 7, id: 'i', type: 'note' }
  const plain = { ...place, revision: 3n, position: 7n, data: { a: 1 }, metadata: { b: 2 } }
  const stored = (asked: string[] = []) =>
    storedEvent({
      ...place,
      data: () => (asked.push('data'), { a: 1 }),
      metadata: () => (asked.push('metadata'), { b: 2 }),
    })

  test('parses what is looked at, when it is, and once', () => {
    const asked: string[] = []
    const event = stored(asked)
    expect([event.stream, event.revision, asked.length]).toEqual(['doc-1', 3n, 0])
    expect([event.metadata, event.metadata]).toEqual([{ b: 2 }, { b: 2 }])
    expect(asked).toEqual(['metadata'])
  })

  test('is copied, cloned and compared as the plain object that it is', () => {
    expect(stored()).toStrictEqual(plain)
    expect({ ...stored() }).toStrictEqual(plain)
    expect(structuredClone(stored())).toStrictEqual(plain)
    expect(Object.keys(stored())).toEqual(Object.keys(plain))
  })

  test('tells who looks that it is damaged, and no one else', () => {
    const event = storedEvent({ ...place, data: () => JSON.parse('{'), metadata: () => null })
    expect(event.metadata).toBeNull()
    expect(() => event.data).toThrow(expect.objectContaining({ code: 'UNREADABLE' }))
  })
})
