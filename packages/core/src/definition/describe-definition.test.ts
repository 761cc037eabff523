import { EMPTY } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from './define-agent.js'
import { describeDefinition } from './describe-definition.js'
import { effect } from './effect.js'

const child = setup({
  actors: { charge: effect(async () => 1, { safety: 'never-retry' }), feed: fromCallback(() => {}) },
}).createMachine({})
const machine = setup({
  types: { input: {} as { topic: string }, events: {} as { type: 'approve'; by: string } | { type: 'tick' } },
  actors: {
    child,
    draft: fromPromise(async () => 'x'),
    prices: fromObservable(() => EMPTY),
    letters: fromEventObservable(() => EMPTY),
    count: fromTransition((state: number) => state, 0),
  },
}).createMachine({
  initial: 'a',
  invoke: { id: 'inline', src: fromPromise(async () => 1) as never },
  states: { a: { on: { approve: 'b', tick: 'b' } }, b: {} },
})
const input = z.object({ topic: z.string().refine((topic) => topic !== 'x') })
const events = { approve: z.object({ by: z.string() }) }
const described = describeDefinition(defineAgent({ name: 'research', version: 1, machine, input, events }))
const open = describeDefinition(defineAgent({ name: 'research', version: 1, machine }))

describe('the description of a definition', () => {
  it('has the schemas that were given, as JSON Schema', () => {
    expect(described.inputSchema).toMatchObject({ type: 'object', properties: { topic: { type: 'string' } } })
    expect([...described.eventSchemas]).toEqual([
      ['approve', expect.objectContaining({ properties: { by: { type: 'string' } } })],
    ])
  })

  it('has every event of the machine where no schemas were given', () => {
    expect(open.inputSchema).toBeUndefined()
    expect([...open.eventSchemas]).toEqual([
      ['approve', undefined],
      ['tick', undefined],
    ])
  })

  it('lists the effects that have a name, with what they give and how safe it is to repeat them', () => {
    expect(Object.fromEntries(described.effects)).toEqual({
      'child.charge': { kind: 'call', safety: 'never-retry' },
      'child.feed': { kind: 'events', safety: 'idempotent' },
      draft: { kind: 'call', safety: 'idempotent' },
      prices: { kind: 'values', safety: 'idempotent' },
      letters: { kind: 'events', safety: 'idempotent' },
    })
  })

  it('names the effects that are written in place, which no other body can be put under', () => {
    expect(described.inlineEffects).toEqual(['xstate.invoke.0.(machine)'])
  })

  it('tells which input and which events are accepted, refinements included', () => {
    expect([{ topic: 'a' }, { topic: 'x' }, {}].map(described.acceptsInput)).toEqual([true, false, false])
    const sent = [{ type: 'approve', by: 'ana' }, { type: 'approve' }, { type: 'tick' }]
    expect(sent.map(described.acceptsEvent)).toEqual([true, false, false])
  })

  it('refuses a definition that defineAgent did not make', () => {
    const copied = { name: 'research', version: 1, machine }
    expect(() => describeDefinition(copied)).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION' }))
  })
})
