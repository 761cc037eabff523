import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createActor, fromCallback, fromEventObservable, fromObservable, fromPromise, setup, waitFor } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { defineAgent, internalsOf } from './define-agent.js'
import { effect } from './effect.js'
import { withEffects } from './with-effects.js'

const reconcile = async (): Promise<'unknown'> => 'unknown'
const charge = effect(async ({ input }: { input: string }) => `paid ${input}`, { safety: { reconcile } })
const outputIn = (event: object): unknown => ('output' in event ? event.output : undefined)
const child = setup({ actors: { charge } }).createMachine({
  initial: 'on',
  states: {
    on: { invoke: { src: 'charge', input: 'a', onDone: 'off' } },
    off: { type: 'final', output: ({ event }) => outputIn(event) },
  },
  output: ({ event }) => outputIn(event),
})
const machine = setup({
  actors: {
    child,
    draft: fromPromise(async () => 'real'),
    feed: fromCallback(() => {}),
    letters: fromEventObservable(() => of({ type: 'real' })),
    prices: fromObservable(() => of(1)),
  },
}).createMachine({
  initial: 'a',
  states: {
    a: { invoke: { src: 'draft', onDone: { target: 'b', guard: ({ event }) => event.output === 'stub' } } },
    b: { invoke: { src: 'child', onDone: { target: 'c', guard: ({ event }) => event.output === 'seen: paid a' } } },
    c: { invoke: { src: 'feed' }, on: { 'by feed': 'd' } },
    d: { invoke: { src: 'letters' }, on: { 'by letters': 'e' } },
    e: { invoke: { src: 'prices', onSnapshot: { target: 'f', guard: ({ event }) => event.snapshot.context === 2 } } },
    f: { type: 'final' },
  },
})
const definition = defineAgent({ name: 'agent', version: 1, machine })

const substituted = withEffects(definition, {
  call: (src, body) => (src === 'draft' ? async () => 'stub' : async (args) => `seen: ${String(await body(args))}`),
  stream: (src) => (_, say) => {
    queueMicrotask(() => say(src === 'prices' ? 2 : { type: `by ${src}` }))
    return () => {}
  },
})

describe('a definition with other effects', () => {
  it('runs the bodies that were given, also those in child machines and those of streams', async () => {
    const actor = createActor(substituted.machine).start()
    await expect(waitFor(actor, ({ value }) => value === 'f')).resolves.toBeDefined()
  })

  it('is otherwise the same, and leaves the given one as it was', () => {
    const { name, version, fingerprint, chart } = internalsOf(substituted)
    expect(internalsOf(definition)).toMatchObject({ name, version, fingerprint, chart, machine })
    expect((machine as AnyStateMachine).implementations.actors['draft']).not.toBe(
      substituted.machine.implementations.actors['draft'],
    )
  })

  it('keeps every body for which it is given no other', () => {
    const { actors } = withEffects(definition, { stream: () => undefined }).machine.implementations
    expect(actors).toMatchObject({ draft: (machine as AnyStateMachine).implementations.actors['draft'] })
    expect(actors['feed']).toBe((machine as AnyStateMachine).implementations.actors['feed'])
  })

  it('takes another reconcile for the effects that are reconcilable, and asks for no other', () => {
    const asked: string[] = []
    const other = async (): Promise<'not-done'> => 'not-done'
    const { policyOf } = internalsOf(withEffects(definition, { reconcile: (src) => (asked.push(src), other) }))
    expect(policyOf('child.charge').reconcile).toBe(other)
    expect(policyOf('draft').reconcile).toBeUndefined()
    expect(asked).toEqual(['child.charge'])
    expect(internalsOf(substituted).policyOf('child.charge').reconcile).toBe(reconcile)
  })

  it('runs the given bodies inside of a machine that contains itself, at any depth', () => {
    const nested = setup({ actors: { draft: fromPromise(async () => 1) } }).createMachine({})
    nested.implementations.actors['again'] = nested as never
    const made = withEffects(defineAgent({ name: 'nested', version: 1, machine: nested }), { call: () => () => 2 })
    const { again, draft } = made.machine.implementations.actors as Record<string, unknown>
    expect(again).toBe(made.machine)
    expect(draft).not.toBe(nested.implementations.actors['draft'])
    expect(nested.implementations.actors['again']).toBe(nested)
  })
})
