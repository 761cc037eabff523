import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { z } from 'zod'
import { readEvents } from './read-events.js'

const machine = createMachine({
  initial: 'a',
  states: {
    a: { on: { approve: 'b' }, after: { 10: 'b' } },
    b: { initial: 'c', states: { c: { on: { reject: {}, stop: 'c' } } } },
  },
})
const refusal = (path: string, message: string) =>
  expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path }, message: expect.stringContaining(message) })

describe('readEvents', () => {
  it('gives the schemas by event type, from every depth of the machine', () => {
    const schemas = readEvents({ approve: z.object({}), stop: z.object({}) }, machine)
    expect([...(schemas ?? [])].map(([type]) => type)).toEqual(['approve', 'stop'])
  })

  it('gives nothing for a definition without events', () => {
    expect(readEvents(undefined, machine)).toBeUndefined()
    expect(readEvents({}, machine)?.size).toBe(0)
  })

  it.each(['xstate.done.actor.a', 'refold.started', '$stop', ''])('refuses the reserved type %j', (type) => {
    expect(() => readEvents({ [type]: z.object({}) }, machine)).toThrow(refusal(`events.${type}`, 'kept for XState'))
  })

  it.each(['*', 'order.*'])('refuses the wildcard %s', (type) => {
    expect(() => readEvents({ [type]: z.object({}) }, machine)).toThrow(refusal(`events.${type}`, 'wildcard'))
  })

  it('refuses an event that no state takes, and names the one that was meant', () => {
    const misspelt = { aprove: z.object({}) }
    expect(() => readEvents(misspelt, machine)).toThrow(refusal('events.aprove', 'taken by no state'))
    expect(() => readEvents(misspelt, machine)).toThrow(expect.objectContaining({ hint: "Did you mean 'approve'?" }))
    expect(() => readEvents({ reject: z.object({}) }, machine)).toThrow(refusal('events.reject', 'taken by no state'))
  })

  it('takes any event for a machine with a wildcard: no one can tell which it takes', () => {
    const open = createMachine({ on: { 'order.*': { actions: () => {} } } })
    expect(readEvents({ anything: z.object({}) }, open)?.has('anything')).toBe(true)
  })

  it.each([
    [z.string(), 'events.approve', 'describes string'],
    [z.array(z.string()), 'events.approve', 'describes array'],
    [z.union([z.object({}), z.null()]), 'events.approve', 'describes null'],
    [z.object({ type: z.literal('approve') }), 'events.approve.type', 'no part of its schema'],
    [z.object({ at: z.date() }), 'events.approve.at', 'not JSON'],
    [{ by: 'string' }, 'events.approve', 'not a schema of zod 4'],
  ])('refuses a schema that describes no payload: %#', (schema, path, message) => {
    expect(() => readEvents({ approve: schema }, machine)).toThrow(refusal(path, message))
  })

  it.each([
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    z.record(z.string(), z.number()),
    z.object({ a: z.string() }).and(z.object({ b: z.string() })),
    z.lazy(() => z.object({})),
    z.strictObject({}),
  ])('takes every schema of objects: %#', (schema) => {
    expect(readEvents({ approve: schema }, machine)?.get('approve')).toBe(schema)
  })
})
