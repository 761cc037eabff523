import { describe, expect, it } from 'vitest'
import { createMachine, fromPromise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { defineAgent } from './define-agent.js'
import { actorsOf, findSource, listSources } from './effect-sources.js'

const charge = fromPromise(async () => 1)
const inline = fromPromise(async () => 2)
const child = setup({ actors: { charge } }).createMachine({
  id: 'child',
  initial: 'a',
  states: { a: { invoke: [{ src: 'charge' }, { src: inline }] } },
})
const parent = setup({ actors: { charge, child } }).createMachine({ id: 'parent', invoke: { src: inline } })

describe('listSources', () => {
  it('lists sources of the machine and of its children, inline logic under the name that XState gives it', () => {
    expect([...listSources(parent).keys()].toSorted()).toEqual(
      ['charge', 'child', 'child.charge', 'child.xstate.invoke.1.child.a', 'xstate.invoke.0.parent'].toSorted(),
    )
  })

  it('ends for a machine that contains itself, whose effects can still be found at any depth', () => {
    const self = containsItself()
    expect([...listSources(self).keys()].toSorted()).toEqual(['charge', 'self'])
    expect(findSource(self, 'self.self.self.charge')).toBe(charge)
  })
})

describe('DEF-385 a name that two sources have', () => {
  const dotted = fromPromise(async () => 3)
  it.each([
    ['before the child', setup({ actors: { 'child.charge': dotted, child } }).createMachine({})],
    ['behind the child', setup({ actors: { child, 'child.charge': dotted } }).createMachine({})],
    [
      'of machines',
      setup({ actors: { 'a.b': child, a: setup({ actors: { 'b.charge': charge } }).createMachine({}) } }).createMachine(
        {},
      ),
    ],
    ['in a machine inside of itself', containsItself({ 'self.charge': dotted })],
  ])('DEF-385 is refused %s', (_where, machine) => {
    expect(() => defineAgent({ name: 'a', version: 1, machine: machine as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION' }) as Error,
    )
  })
})

describe('findSource', () => {
  it.each([
    ['charge', charge],
    ['child', child],
    ['child.charge', charge],
    ['child.xstate.invoke.1.child.a', inline],
    ['xstate.invoke.0.parent', inline],
    ['child.', undefined],
    ['chil.charge', undefined],
    ['charge.child', undefined],
    ['', undefined],
    ['toString', undefined],
  ])('finds what stands behind %j', (src, logic) => {
    expect(findSource(parent, src)).toBe(logic)
  })

  it('tells a source with a dot in its name from one of a child', () => {
    const other = fromPromise(async () => 3)
    const dotted = setup({ actors: { 'mail.send': other, mail: child } }).createMachine({})
    expect(findSource(dotted, 'mail.send')).toBe(other)
    expect(findSource(dotted, 'mail.charge')).toBe(charge)
  })
})

describe('actorsOf', () => {
  it('is empty for a machine without actors', () => {
    expect(actorsOf(createMachine({})).size).toBe(0)
  })
})

function containsItself(more: Record<string, unknown> = {}): AnyStateMachine {
  const actors: Record<string, unknown> = { charge, ...more }
  const machine: AnyStateMachine = createMachine({}, { actors: actors as never })
  const { implementations } = machine as unknown as { implementations: { actors: Record<string, unknown> } }
  implementations.actors['self'] = machine
  return machine
}
