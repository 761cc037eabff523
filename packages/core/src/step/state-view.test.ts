import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { activeStates } from '../record/active-states.js'
import { viewState } from './state-view.js'
import { started } from './tree-driver.fixture.js'

const machine = createMachine({
  context: { list: [1] },
  initial: 'work',
  states: {
    work: {
      tags: 'busy',
      meta: { title: 'At work' },
      type: 'parallel',
      states: { one: { initial: 'x', states: { x: { tags: ['deep'] }, y: {} } }, two: {} },
      on: { END: '#end' },
    },
    'v1.0': { id: 'end', type: 'final' },
  },
  output: { all: 'well' },
})

describe('the view of a state', () => {
  it('answers as a snapshot of XState does', () => {
    const view = viewState(started(machine).root, machine)
    expect(view).toMatchObject({
      status: 'active',
      value: { work: { one: 'x', two: {} } },
      context: { list: [1] },
      output: undefined,
      error: undefined,
    })
    expect([...view.tags]).toEqual(['busy', 'deep'])
    expect(view.meta).toEqual({ '(machine).work': { title: 'At work' } })
    expect([
      view.matches('work'),
      view.matches({ work: { one: 'x' } }),
      view.matches('work.one.y'),
      view.matches('idle'),
    ]).toEqual([true, true, false, false])
    expect([view.hasTag('deep'), view.hasTag('other')]).toEqual([true, false])
  })

  it('shows how an agent ended', () => {
    const agent = started(machine)
    agent.send('END')
    expect(viewState(agent.root, machine)).toMatchObject({ status: 'done', value: 'v1.0', output: { all: 'well' } })
  })

  it('is frozen', () => {
    const { context } = viewState(started(machine).root, machine)
    expect(() => (context as { list: number[] }).list.push(2)).toThrow(TypeError)
  })

  it('says which state today’s chart lacks when it is asked for its tags', () => {
    const view = viewState({ sid: '0', kind: 'machine', value: 'gone' }, machine)
    expect(view.value).toBe('gone')
    expect(() => view.tags).toThrow(expect.objectContaining({ code: 'NEEDS_MIGRATION' }))
  })
})

describe('the active states', () => {
  it('are the paths of the leaves, from the value alone', () => {
    expect(activeStates({ value: 'review' })).toEqual(['review'])
    expect(activeStates({ value: { work: { one: 'x', two: {} }, other: 'z' } })).toEqual([
      'work.one.x',
      'work.two',
      'other.z',
    ])
    expect(activeStates({ value: {} })).toEqual([])
    expect(activeStates({})).toEqual([])
  })

  it('mark a dot that belongs to a name', () => {
    expect(activeStates({ value: { 'v1.0': 'a' } })).toEqual(['v1\\.0.a'])
  })
})
