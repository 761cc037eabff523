import { describe, expect, it } from 'vitest'
import { idSource } from './new-id.js'

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const PREFIX_LENGTH = 'xxxxxxxx-xxxx-4xxx-yxxx-'.length

describe('idSource', () => {
  it('makes UUIDs of version 4 whatever the random bytes are', () => {
    for (const byte of [0x00, 0x0f, 0x7f, 0xf0, 0xff]) {
      const newId = idSource({ fillRandom: (bytes) => bytes.fill(byte) })
      expect(newId()).toMatch(UUID_V4)
    }
  })

  it('makes every id of a process with one prefix and another counter', () => {
    const newId = idSource()
    const ids = Array.from({ length: 1_000 }, newId)
    expect(new Set(ids).size).toBe(1_000)
    expect(new Set(ids.map((id) => id.slice(0, PREFIX_LENGTH))).size).toBe(1)
    expect(ids.every((id) => UUID_V4.test(id))).toBe(true)
  })

  it('uses all random bits of the prefix but those of version and variant', () => {
    const newId = idSource({
      fillRandom: (bytes) =>
        bytes.set([0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf1, 0x23, 0x45, 0, 0, 0, 0, 0, 0x41]),
    })
    expect(newId()).toBe('12345678-9abc-4ef1-a345-000000000042')
  })

  it('goes on at zero when the counter is at its end', () => {
    const newId = idSource({ fillRandom: (bytes) => bytes.fill(0xff) })
    const first = newId()
    expect(first.slice(PREFIX_LENGTH)).toBe('000000000000')
    expect(newId().slice(PREFIX_LENGTH)).toBe('000000000001')
  })

  it('draws a new prefix after its bound of ids, and none before the first id', () => {
    let draws = 0
    const newId = idSource({
      idsPerPrefix: 3,
      fillRandom: (bytes) => {
        draws++
        bytes.fill(draws)
      },
    })
    expect(draws).toBe(0)
    const prefixes = Array.from({ length: 7 }, () => newId().slice(0, PREFIX_LENGTH))
    expect(draws).toBe(3)
    expect(new Set(prefixes.slice(0, 3)).size).toBe(1)
    expect(new Set([prefixes[0], prefixes[3], prefixes[6]]).size).toBe(3)
  })

  it('gives two sources different prefixes', () => {
    expect(idSource()().slice(0, PREFIX_LENGTH)).not.toBe(idSource()().slice(0, PREFIX_LENGTH))
  })
})
