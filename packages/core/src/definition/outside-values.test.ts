import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RefoldError } from '../errors.js'
import { parseEvent, parseInput } from './outside-values.js'

const input = z.object({ topic: z.string(), depth: z.number().default(2), note: z.string().optional() })
const events = new Map<string, z.ZodType>([
  ['approve', z.object({ by: z.string(), at: z.object({ line: z.number() }).default({ line: 1 }) })],
  ['anything', z.record(z.string(), z.any())],
])

function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('parseInput', () => {
  it('fills in defaults, drops what the schema does not know, and gives frozen JSON', () => {
    const parsed = parseInput({ topic: 'whales', more: 1, note: undefined }, input)
    expect(JSON.stringify(parsed)).toBe('{"topic":"whales","depth":2}')
    expect(Object.keys(parsed as object)).toEqual(['topic', 'depth'])
    expect(Object.isFrozen(parsed)).toBe(true)
  })

  it("DEF-204 fails with zod's issues, and names all in the message, up to ten", () => {
    const error = failureOf(() => parseInput({ topic: 7, depth: 'x' }, input))
    expect(error).toMatchObject({
      code: 'INVALID_INPUT',
      facts: { issues: [{ path: ['topic'], code: 'invalid_type' }, { path: ['depth'] }] },
    })
    expect((error as Error).message).toMatch(
      /^input: topic: [^;]*expected string[^;]*; depth: [^;]*expected number[^;]*$/,
    )
    const many = z.object(Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`m${n}`, z.string()])))
    const { message, facts } = failureOf(() => parseInput({}, many)) as RefoldError
    expect(message.match(/m\d+: /g)).toHaveLength(10)
    expect(message).toMatch(/; m9: [^;]* \(and 2 more\)$/)
    expect(facts?.['issues']).toHaveLength(12)
  })

  it('names items of arrays in the message', () => {
    const error = failureOf(() =>
      parseInput({ list: [{ a: 'x' }, {}] }, z.object({ list: z.array(z.object({ a: z.string() })) })),
    )
    expect((error as Error).message).toMatch(/^input: list\[1\]\.a: /)
  })

  it('takes the default of a whole input', () => {
    expect(parseInput(undefined, z.object({ n: z.number() }).default({ n: 1 }))).toEqual({ n: 1 })
  })

  it('takes every JSON value without a schema', () => {
    expect(parseInput(undefined, undefined)).toBeUndefined()
    expect(parseInput([1, { a: null }], undefined)).toEqual([1, { a: null }])
  })

  it('refuses what is not JSON, also where the schema takes anything', () => {
    const notSerializable = expect.objectContaining({
      code: 'NOT_SERIALIZABLE',
      facts: expect.objectContaining({ path: '/input/a/at' }),
    })
    expect(() => parseInput({ a: { at: new Date(0) } }, undefined)).toThrow(notSerializable)
    expect(() => parseInput({ a: { at: new Date(0) } }, z.object({ a: z.any() }))).toThrow(notSerializable)
  })

  it("leaves the caller's own value as it was", () => {
    const mine = { list: [{ n: 1 }] }
    const parsed = parseInput(mine, undefined)
    mine.list[0]!.n = 2
    mine.list.push({ n: 3 })
    expect(parsed).toEqual({ list: [{ n: 1 }] })
    const through = { any: { n: 1 } }
    parseInput(through, z.object({ any: z.any() }))
    expect(Object.isFrozen(through.any)).toBe(false)
  })

  it.each([
    ['an async refinement that could not be seen before', z.string().superRefine(async () => {}), 'async refinement'],
    ['a refinement that throws', z.string().refine(() => JSON.parse('{')), 'threw'],
  ])('fails with a code for %s', (_name, schema, message) => {
    expect(() => parseInput('x', schema)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) }),
    )
  })
})

describe('parseEvent', () => {
  it('gives the type first, defaults filled in, frozen', () => {
    const event = parseEvent({ by: 'ana', type: 'approve', more: 1 }, events)
    expect(JSON.stringify(event)).toBe('{"type":"approve","by":"ana","at":{"line":1}}')
    expect(Object.isFrozen(event)).toBe(true)
  })

  it('keeps the order of the keys that the caller gave where the schema has none of its own', () => {
    expect(JSON.stringify(parseEvent({ type: 'anything', z: 1, a: 2 }, events))).toBe('{"type":"anything","z":1,"a":2}')
  })

  it("fails with zod's issues and the type", () => {
    const error = failureOf(() => parseEvent({ type: 'approve', by: 7 }, events))
    expect(error).toMatchObject({ code: 'INVALID_EVENT', facts: { type: 'approve', issues: [{ path: ['by'] }] } })
    expect((error as Error).message).toMatch(/^event 'approve': by: /)
  })

  it('refuses a type without a schema, and names the one that was meant', () => {
    expect(failureOf(() => parseEvent({ type: 'aprove' }, events))).toMatchObject({
      code: 'INVALID_EVENT',
      hint: "Did you mean 'approve'?",
    })
    expect(failureOf(() => parseEvent({ type: 'constructor' }, events))).toMatchObject({ code: 'INVALID_EVENT' })
  })

  it.each([undefined, null, 'approve', 7, {}, { type: 7 }, []])('refuses %j: it is no event', (none) => {
    expect(failureOf(() => parseEvent(none, events))).toMatchObject({ code: 'INVALID_EVENT' })
    expect(failureOf(() => parseEvent(none, undefined))).toMatchObject({ code: 'INVALID_EVENT' })
  })

  it.each(['xstate.init', 'xstate.done.actor.draft', 'refold.started', '$stop', ''])(
    'refuses %j without schemas: it is reserved',
    (type) => {
      expect(failureOf(() => parseEvent({ type }, undefined))).toMatchObject({ code: 'INVALID_EVENT', facts: { type } })
    },
  )

  it('takes any other event without schemas, as long as it is JSON', () => {
    expect(JSON.stringify(parseEvent({ a: [1], type: 'go', b: undefined }, undefined))).toBe('{"type":"go","a":[1]}')
    const error = failureOf(() => parseEvent({ type: 'go', a: [1n] }, undefined))
    expect(error).toMatchObject({ code: 'NOT_SERIALIZABLE', facts: { path: '/event/a/0' } })
  })
})
