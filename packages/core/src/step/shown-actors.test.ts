import { expect, test } from 'vitest'
import { createMachine, fromCallback, setup } from 'xstate'
import type { AnyActorRef } from 'xstate'
import type { StateDocument } from '../record/state-document.js'
import { shownActors } from './shown-actors.js'
import { started } from './tree-driver.fixture.js'

type Shown = Parameters<typeof shownActors>[0]

function shownOf(state: Omit<Shown, 'agent'>): ReturnType<typeof shownActors> {
  return shownActors({ ...state, agent: { definition: 'a', id: '1' } as StateDocument['agent'] })
}
const none = { unlisted: {}, effects: {} }

test('HIS-10 a reference to an actor of which nothing is known still names it', () => {
  const root = { sid: '0', kind: 'machine', context: { 'a/b': [null, 1] }, refs: { '/context/a~1b/0': '7.0' } } as const
  expect(shownOf({ ...none, root }).member('context')).toEqual({ 'a/b': [{ actor: '7.0', id: '7.0' }, 1] })
})

test('HIS-10 a value that is a reference itself is a pointer, and one without stays the same object', () => {
  const output = { all: [1] }
  const root = { sid: '0', kind: 'machine', context: null, refs: { '/context': '0' }, output } as const
  const shown = shownOf({ ...none, root })
  expect(shown.member('context')).toEqual({ actor: '0', id: '1', src: 'a' })
  expect(shown.member('output')).toBe(output)
})

test('HIS-10 what an effect is given has pointers, too', () => {
  const machine = setup({
    actors: { listen: fromCallback<{ type: 'x' }, { to: AnyActorRef }>(() => {}) },
  }).createMachine({ invoke: { src: 'listen', id: 'ears', input: ({ self }) => ({ to: self }) } })
  const state = started(machine).state!
  const shown = shownOf(state)
  const [effect = ''] = Object.keys(state.effects)
  expect(shown.input(effect)).toEqual({ to: { actor: '0', id: '1', src: 'a' } })
  expect(shown.children['ears']).toMatchObject({ actor: effect, id: 'ears', src: 'listen', status: 'active' })
})

test('HIS-10 a machine without children has none', () => {
  expect(shownOf(started(createMachine({})).state!).children).toEqual({})
})
