/** History states, targeted from outside and from inside: the tree that is folded after each input goes on as XState does. */
import { describe, expect, it } from 'vitest'
import { createActor, createMachine } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { started } from './tree-driver.fixture.js'

const HISTORIES = ['shallow', 'deep'] as const
const DEFAULTS = [{}, { target: 'b' }, { target: 'b.b2' }]
/** Which state takes the event to the history: one around it, a sibling, a leaf below that. */
const SOURCES = ['around', 'sibling', 'leaf'] as const
const EVENTS = ['next', 'back', 'next', 'back', 'next', 'next', 'back', 'leave', 'back', 'next', 'back']

interface Variant {
  readonly history: (typeof HISTORIES)[number]
  readonly target: object
  readonly source: (typeof SOURCES)[number]
}

/** Two states with a history between them, side by side or one at a time. */
function inside(type: 'parallel' | 'compound', { history, target, source }: Variant): object {
  const back = (of: Variant['source']): object => (of === source ? { on: { back: '#h' } } : {})
  return {
    ...(type === 'parallel' ? { type } : { initial: 'a' }),
    ...back('around'),
    states: {
      h: { id: 'h', type: 'history', history, ...target },
      a: { initial: 'a1', ...back('sibling'), states: { a1: { on: { next: 'a2' } }, a2: back('leaf') } },
      b: { initial: 'b1', ...back('sibling'), states: { b1: { on: { next: 'b2' } }, b2: {} } },
    },
  }
}

function below(type: 'parallel' | 'compound', variant: Variant): object {
  return {
    initial: 'p',
    on: { leave: '.out' },
    states: { p: inside(type, variant), out: { on: { back: '#h' } } },
  }
}

const PLACES = {
  'a parallel state': (variant: Variant) => below('parallel', variant),
  'a parallel root': (variant: Variant) => inside('parallel', variant),
  'a compound state': (variant: Variant) => below('compound', variant),
}

const VARIANTS = HISTORIES.flatMap((history) =>
  DEFAULTS.flatMap((target) => SOURCES.map((source): Variant => ({ history, target, source }))),
)

describe.each(Object.entries(PLACES))('a history child of %s', (_, chart) => {
  it.each(VARIANTS)('STEP-21 %o, wherever it is targeted from, leads to a state that the chart has', (variant) => {
    const machine = createMachine({ id: 'm', ...chart(variant) } as never) as unknown as AnyStateMachine
    const actor = createActor(machine).start()
    const driver = started(machine)
    for (const type of EVENTS) {
      actor.send({ type })
      driver.send(type)
      expect(driver.root.value).toEqual(actor.getSnapshot().value)
      expect(() => driver.tree().eventDescriptors()).not.toThrow()
    }
  })
})
