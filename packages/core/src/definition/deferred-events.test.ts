/** `defer` in the `events` of a definition: what is read, what is refused, and what the compiler knows. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { agentContract } from './agent-contract.js'
import type { EventOf } from './agent-types.js'
import { defineAgent, internalsOf } from './define-agent.js'
import type { EventsFrom } from './schema-agreement.js'

const machine = setup({
  types: { events: {} as { type: 'approve'; by: string } | { type: 'ask' } | { type: 'inside' } },
}).createMachine({
  initial: 'draft',
  states: { draft: { on: { ask: 'review' } }, review: { on: { approve: 'done', inside: 'draft' } }, done: {} },
})
const ask = z.object({})
const by = z.object({ by: z.string() })
const define = (approve: unknown, more: object = {}) =>
  defineAgent({ name: 'letter', version: 1, machine, events: { ask, approve } as never, ...more })

describe('DEF-10 an event that may come early', () => {
  test('DEF-10 is declared with its schema and `defer`, beside events that are a schema alone', () => {
    const letter = defineAgent({
      name: 'letter',
      version: 1,
      machine,
      events: { ask, approve: { schema: by, defer: true } },
    })
    const { deferred, parseEvent, schemaOf, chart } = internalsOf(letter)
    expect([...deferred]).toEqual(['approve'])
    expect(schemaOf('approve')).toBe(by)
    expect(parseEvent({ type: 'approve', by: 'ana' })).toEqual({ type: 'approve', by: 'ana' })
    expect(() => parseEvent({ type: 'approve' })).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }))
    expect(chart).toMatchObject({ deferred: ['approve'], schemas: { events: { approve: { required: ['by'] } } } })
    expectTypeOf<EventOf<typeof letter>>().toEqualTypeOf<{ type: 'approve'; by: string } | { type: 'ask' }>()
  })

  test('DEF-10 changes the fingerprint, and `defer: false` is the schema alone', () => {
    const [plain, kept, not] = [by, { schema: by, defer: true }, { schema: by, defer: false }].map(
      (approve) => internalsOf(define(approve)).fingerprint,
    )
    expect(kept).not.toBe(plain)
    expect(not).toBe(plain)
  })

  test.each([
    [{ schema: by, defer: 'yes' }, 'events.approve.defer', 'must be true or false'],
    [{ schema: by, defr: true }, 'events.approve.defr', 'is not known'],
    [{ defer: true }, 'events.approve.schema', 'not a schema of zod 4'],
    [{ schema: z.string(), defer: true }, 'events.approve.schema', 'describes string'],
  ])('DEF-10 %j is refused with the path', (approve, path, message) => {
    expect(() => define(approve)).toThrow(
      expect.objectContaining({
        code: 'INVALID_DEFINITION',
        facts: { path },
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  test('DEF-10 an event that needs an approval cannot come before its question', () => {
    const approvals = { approve: () => 'the letter' }
    expect(() => define({ schema: by, defer: true }, { approvals })).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path: 'events.approve.defer' } }),
    )
    expect(() => define({ schema: by, defer: false }, { approvals })).not.toThrow()
  })

  test('DEF-10 the compiler compares the schema with the machine, as for a schema alone', () => {
    const other = z.object({ by: z.number() })
    // @ts-expect-error -- `by` is a text in the machine
    defineAgent({ name: 'letter', version: 1, machine, events: { approve: { schema: other, defer: true } } })
    // @ts-expect-error -- the schema is missing
    expect(() => defineAgent({ name: 'letter', version: 1, machine, events: { approve: { defer: true } } })).toThrow(
      'not a schema',
    )
  })

  test('DEF-10 a contract takes the same', () => {
    const letters = agentContract({ name: 'letter', events: { ask, approve: { schema: by, defer: true } } })
    expectTypeOf<EventsFrom<typeof letters.events>>().toEqualTypeOf<{ type: 'ask' } | { type: 'approve'; by: string }>()
    expect(() => defineAgent({ name: 'letter', version: 1, machine, events: letters.events })).not.toThrow()
  })
})
