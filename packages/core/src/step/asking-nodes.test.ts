/** What a document says of who decides an actor, and of which state asked for what is pending. */
import { describe, expect, it } from 'vitest'
import { fromPromise, raise, setup, spawnChild } from 'xstate'
import { nodeOf } from '../record/asking-node.js'
import { incompatibilitiesOf, isCompatible } from './compatibility.js'
import { hydrateTree } from './tree.js'
import type { TreeState } from './tree.js'
import { started } from './tree-driver.fixture.js'

const draft = fromPromise(async () => 1)
const child = setup({ actors: { draft } }).createMachine({
  id: 'inner',
  initial: 'on',
  states: { on: { invoke: { src: 'draft', id: 'deep' } } },
})
const machine = setup({ actors: { draft, child } }).createMachine({
  id: 'm',
  type: 'parallel',
  states: {
    a: { invoke: { src: 'draft' }, after: { 1000: { actions: [] } } },
    b: { invoke: [{ src: 'child', id: 'kid' }] },
    c: { entry: [spawnChild('draft', { id: 'loose' }), raise({ type: 'LATER' }, { delay: 5, id: 'later' })] },
  },
})

describe('the root', () => {
  it('says which library decides it, and its children inherit that', () => {
    const { root } = started(machine)
    expect(root.lib).toEqual({ name: 'xstate', major: 5 })
    expect(JSON.stringify(root.children)).not.toContain('lib')
  })

  it('REC-9 is refused when a library decides it that is not known here', () => {
    const state = started(machine).state as TreeState
    const of = (lib: { name: string; major: number }): TreeState => ({ ...state, root: { ...state.root, lib } })
    const options = { agentId: 'a', onActorSend: () => {}, onLog: () => {} }
    for (const [lib, code] of [
      [{ name: 'xstate', major: 6 }, 'NEWER_FORMAT'],
      [{ name: 'xstate', major: 4 }, 'NEEDS_MIGRATION'],
      [{ name: 'robot', major: 5 }, 'NEEDS_MIGRATION'],
    ] as const) {
      expect(() => hydrateTree({ machine }, of(lib), options)).toThrow(expect.objectContaining({ code }))
      expect(incompatibilitiesOf({ machine }, of(lib))[0]).toMatchObject({
        kind: 'library',
        what: `actor "0": ${lib.name} ${lib.major} decides it, and this release has xstate 5`,
      })
    }
    expect(isCompatible({ machine }, of({ name: 'xstate', major: 5 }))).toBe(true)
  })

  it('may have a child that another library decides, which is refused alone', () => {
    const state = started(machine).state as TreeState
    const kid = { ...state.root.children?.['kid'], lib: { name: 'xstate', major: 6 } } as TreeState['root']
    const mixed = { ...state, root: { ...state.root, children: { ...state.root.children, kid } } }
    expect(incompatibilitiesOf({ machine }, mixed)).toMatchObject([{ kind: 'library', isNewer: true }])
  })
})

describe('the state that asked', () => {
  const agent = started(machine)
  const children = agent.root.children ?? {}
  const nodeOfChild = (id: string): string | undefined => nodeOf(id, children[id] ?? {})

  it('stands with an effect, in a child machine too, but for one that an action spawned', () => {
    const nodes = Object.values(agent.state?.effects ?? {}).map(({ src, node }) => [src, node])
    expect(nodes).toEqual([
      ['draft', 'm.a'],
      ['child.draft', 'inner.on'],
      ['draft', undefined],
    ])
  })

  it('stands with a child, or in its id when XState made that of it', () => {
    expect(children['0.m.a']).toEqual({ sid: '0.0', kind: 'promise', src: 'draft', ignoresOutcome: true })
    expect(children['kid']).toMatchObject({ src: 'child', node: 'm.b' })
    expect(children['loose']).toMatchObject({ src: 'draft', spawned: true })
    expect(['0.m.a', 'kid', 'loose'].map(nodeOfChild)).toEqual(['m.a', 'm.b', undefined])
  })

  it('stands with the timer of an `after`, and not with an event that an action delays', () => {
    const timers = Object.values(agent.state?.timers ?? {})
    expect(timers.map(({ id, node }) => [id, node])).toEqual([
      ['xstate.after.1000.m.a', 'm.a'],
      ['later', undefined],
    ])
  })

  it('is nowhere for an actor that is spawned under the id of an invocation', () => {
    const spawning = setup({ actors: { draft, child } }).createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: 'child', id: 'same' }, on: { GO: { actions: spawnChild('draft', { id: 'same' }) } } },
      },
    })
    const twice = started(spawning)
    twice.send('GO')
    expect(twice.root.children?.['same']).toMatchObject({ src: 'draft', spawned: true })
    expect(isCompatible({ machine: spawning as never }, twice.state as TreeState)).toBe(true)
  })
  it('RCV-7 is the one that invokes it now, also where a state around it invokes another logic under that id', () => {
    const shared = setup({ actors: { draft, child } }).createMachine({
      id: 'm',
      invoke: { src: 'child', id: 'same' },
      initial: 'a',
      states: {
        a: { invoke: { src: 'draft', id: 'same' }, on: { GO: 'b' } },
        b: { invoke: { src: 'draft', id: 'same' }, on: { GO: 'a' } },
      },
    })
    const twice = started(shared)
    for (const node of ['m.a', 'm.b', 'm.a']) {
      expect(twice.root.children?.['same']).toMatchObject({ src: 'draft', node })
      expect(isCompatible({ machine: shared as never }, twice.state as TreeState)).toBe(true)
      twice.send('GO')
    }
  })
})
