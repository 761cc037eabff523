import { describe, expect, it } from 'vitest'
import { createMachine, fromPromise, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent, internalsOf } from './define-agent.js'
import { effect } from './effect.js'

const machine = setup({
  types: { input: {} as { topic: string }, events: {} as { type: 'approve'; by: string } | { type: 'tick' } },
  actors: { draft: fromPromise(async ({ input }: { input: string }) => input) },
}).createMachine({ id: 'research', initial: 'a', states: { a: { on: { approve: 'b', tick: 'b' } }, b: {} } })
const valid = { name: 'research', version: 1, machine }

/** As a caller without types would write it. */
const define = (config: unknown) => defineAgent(config as typeof valid)
const refusal = (path: string, message: string) =>
  expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path }, message: expect.stringContaining(message) })

describe('defineAgent', () => {
  it('gives a frozen definition of name, version and machine', () => {
    const definition = define(valid)
    expect(Object.keys(definition)).toEqual(['name', 'version', 'machine'])
    expect(definition).toMatchObject({ name: 'research', version: 1 })
    expect(definition.machine).toBe(machine)
    expect(Object.isFrozen(definition)).toBe(true)
  })

  it.each([
    ['', 'non-empty'],
    [undefined, 'non-empty'],
    [7, 'non-empty'],
    ['my-agent', "contains '-'"],
    ['$agents', 'only letters'],
    ['my agent', 'only letters'],
    ['research@2', 'only letters'],
    ['a/b', 'only letters'],
    ['recherché', 'only letters'],
    ['7up', 'begins with a letter'],
    ['refold.charts', "begins with 'refold'"],
    ['a'.repeat(101), 'longer than 100'],
  ])('refuses the name %j', (name, message) => {
    expect(() => define({ ...valid, name })).toThrow(refusal('name', message))
  })

  it.each(['a', 'research', 'Research_2.draft', 'a'.repeat(100)])('takes the name %j', (name) => {
    expect(define({ ...valid, name }).name).toBe(name)
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53, '1', undefined])('refuses the version %s', (version) => {
    expect(() => define({ ...valid, version })).toThrow(refusal('version', 'positive integer'))
  })

  it.each([undefined, {}, { initial: 'a' }, () => machine])('refuses a machine that is none: %s', (none) => {
    expect(() => define({ ...valid, machine: none })).toThrow(refusal('machine', 'not an XState machine'))
  })

  it('refuses a member it does not know, and names the one that was meant', () => {
    const misspelt = { ...valid, event: {} }
    expect(() => define(misspelt)).toThrow(refusal('event', 'is not known'))
    expect(() => define(misspelt)).toThrow(expect.objectContaining({ hint: "Did you mean 'events'?" }))
  })

  it.each([undefined, null, 'research', []])('refuses %j in place of a definition', (none) => {
    expect(() => define(none)).toThrow(refusal('definition', 'must be an object'))
  })

  it.each([
    [{ maxAgeMs: 0 }, 'dedup.maxAgeMs'],
    [{ maxAgeMs: Number.POSITIVE_INFINITY }, 'dedup.maxAgeMs'],
    [{ maxCount: 0 }, 'dedup.maxCount'],
    [{ maxCount: 10_001 }, 'dedup.maxCount'],
    [{ maxCount: 1.5 }, 'dedup.maxCount'],
    [{ count: 1 }, 'dedup.count'],
  ])('refuses the window %j', (dedup, path) => {
    expect(() => define({ ...valid, dedup })).toThrow(refusal(path, ''))
  })

  it('refuses an input schema that transforms', () => {
    const input = z.object({ topic: z.string().transform((text) => text.trim()) })
    expect(() => define({ ...valid, input })).toThrow(refusal('input.topic', 'transforms'))
  })
})

describe('internalsOf', () => {
  it('knows what the definition said, with defaults', () => {
    const internals = internalsOf(define(valid))
    expect(internals).toMatchObject({
      name: 'research',
      version: 1,
      dedup: { maxAgeMs: 86_400_000, maxCount: 1_000 },
    })
    expect(internals.machine).toBe(machine)
    expect(internalsOf(define({ ...valid, dedup: { maxCount: 5 } })).dedup).toEqual({
      maxAgeMs: 86_400_000,
      maxCount: 5,
    })
  })

  it('opens every event but reserved ones when the definition has no events', () => {
    const internals = internalsOf(define(valid))
    expect(internals.isOutsideEvent('tick')).toBe(true)
    expect(internals.isOutsideEvent('xstate.stop')).toBe(false)
    expect(internals.isOutsideEvent('refold.started')).toBe(false)
    expect(internals.schemaOf('tick')).toBeUndefined()
  })

  it('opens only events that have a schema when the definition has some', () => {
    const approve = z.object({ by: z.string() })
    const internals = internalsOf(define({ ...valid, events: { approve } }))
    expect(internals.isOutsideEvent('approve')).toBe(true)
    expect(internals.isOutsideEvent('tick')).toBe(false)
    expect(internals.isOutsideEvent('constructor')).toBe(false)
    expect(internals.schemaOf('approve')).toBe(approve)
  })

  it('refuses what defineAgent did not make, a copy of a definition too', () => {
    const copy = { ...define(valid) }
    expect(() => internalsOf(copy)).toThrow(refusal('definition', 'was not made by defineAgent'))
  })
})

describe('the fingerprint', () => {
  const fingerprintOf = (config: object) => internalsOf(define({ ...valid, ...config })).fingerprint
  const approve = (by: z.ZodType) => ({ events: { approve: z.object({ by }) } })

  it('is the same for the same definition, also when a default is computed again', () => {
    const config = () => ({
      input: z.object({ topic: z.string().default(() => Math.random().toString()) }),
      ...approve(z.string()),
    })
    expect(fingerprintOf(config())).toBe(fingerprintOf(config()))
  })

  it('changes with the schema of an event, with the input and with the states', () => {
    const other = createMachine({ id: 'research', initial: 'a', states: { a: { on: { approve: 'c' } }, c: {} } })
    const prints = [
      {},
      approve(z.string()),
      approve(z.number()),
      { input: z.object({ topic: z.string() }) },
      { machine: other },
    ].map(fingerprintOf)
    expect(new Set(prints).size).toBe(prints.length)
  })

  it('takes schemas that JSON Schema cannot say', () => {
    expect(fingerprintOf(approve(z.custom((value) => value === 'ana')))).not.toBe(fingerprintOf({}))
  })
})

describe('DEF-16 what throws while it is read', () => {
  const trap = (): never => {
    throw new Error('trap')
  }
  const hostile = new Proxy({}, { get: trap, ownKeys: trap, has: trap, getPrototypeOf: trap })

  it.each(['machine', 'version', 'input', 'events', 'effects', 'approvals', 'dedup'])(
    'DEF-16 in `%s` is refused',
    (key) => {
      expect(() => defineAgent({ ...valid, [key]: hostile } as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_DEFINITION', cause: expect.objectContaining({ message: 'trap' }) }),
      )
    },
  )

  it('DEF-16 as a whole, in a policy, or a body that is no function, is refused', () => {
    const refused = expect.objectContaining({ code: 'INVALID_DEFINITION' })
    expect(() => defineAgent(hostile as never)).toThrow(refused)
    expect(() => effect(async () => 1, hostile as never)).toThrow(refused)
    expect(() => effect(null as never)).toThrow(refused)
  })
})
