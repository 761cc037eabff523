/** What stands in a state stands in one place of it, live too: a chart cannot see whether it was folded. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, createMachine, raise, sendParent, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { isContainer } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { Folder } from '../record/fold.js'
import { patchOf } from '../record/patch-of.js'
import type { StateDocument } from '../record/state-document.js'
import { createTree } from './tree.js'
import type { Tree, TreeStep } from './tree-step.js'

const OPTIONS = { agentId: 'a', onActorSend: () => {}, onLog: () => {} }

/** A tree that is never hydrated, and beside it what its patches fold to. */
class Live {
  readonly tree: Tree
  step: TreeStep
  lastPatch = ''
  /** What is shared, or folded to something else. */
  readonly wrong: string[] = []
  #state: StateDocument
  readonly #folder = new Folder()
  #revision = 0

  constructor(machine: unknown) {
    this.tree = createTree({ machine: machine as AnyStateMachine }, OPTIONS)
    const input = { kind: 'started', input: undefined } as const
    this.step = this.tree.step(input, { now: 0, revision: this.#revision++ })
    this.#state = this.#fold(undefined, null)
  }

  send(event: { readonly type: string; readonly [key: string]: JsonValue }): this {
    this.step = this.tree.step({ kind: 'event', event }, { now: 0, revision: this.#revision++ })
    this.#state = this.#fold(this.#state, event)
    return this
  }

  fire(timer: string): this {
    this.step = this.tree.step({ kind: 'timer.fired', timer }, { now: 10, revision: this.#revision++ })
    this.#state = this.#fold(this.#state, null)
    return this
  }

  get context(): { readonly [key: string]: JsonValue } {
    return this.step.root.context as { readonly [key: string]: JsonValue }
  }

  #fold(before: StateDocument | undefined, data: JsonValue): StateDocument {
    const { root, timers, unlisted, copies } = this.step
    const after = { root, timers, unlisted } as unknown as StateDocument
    const { patch, state } = patchOf(before, after, { data, id: 'e', copies })
    this.lastPatch = JSON.stringify(patch)
    const text = JSON.parse(JSON.stringify({ data, patch })) as { data: JsonValue; patch: JsonValue }
    this.#folder.add({ id: 'e', data: text.data, metadata: header(text.patch) })
    const folded = this.#folder.result() as unknown as JsonValue
    const [found, wanted] = [JSON.stringify(folded), JSON.stringify(state)]
    if (found !== wanted) this.wrong.push(`the patch gives ${found} in place of ${wanted}`)
    this.wrong.push(...sharedIn({ root, timers } as unknown as JsonValue), ...sharedIn(folded))
    return state
  }
}

function header(patch: JsonValue): JsonValue {
  return { refold: { v: 0, agent: 'a@1', at: 1, input: { kind: 'event' }, body: { patch } } }
}

/** Paths of what stands in another place too. */
function sharedIn(value: JsonValue): readonly string[] {
  const seen = new Map<JsonValue, string>()
  const shared: string[] = []
  const look = (part: JsonValue, path: string): void => {
    if (!isContainer(part)) return
    const before = seen.get(part)
    if (before !== undefined) shared.push(`${path} is ${before}`)
    else seen.set(part, path)
    for (const [key, inner] of Object.entries(part)) look(inner, `${path}/${key}`)
  }
  look(value, '')
  return shared
}

interface Context {
  readonly list: readonly unknown[]
  readonly picked: unknown
  readonly map: Readonly<Record<string, unknown>>
}

interface Scope {
  // oxlint-disable-next-line typescript/no-explicit-any -- the machine has no types of its own
  readonly context: any
  // oxlint-disable-next-line typescript/no-explicit-any -- the machine has no types of its own
  readonly event: any
}

/** Ways to move parts of a context about. */
const WAYS: Readonly<Record<string, (context: Context, event: { item: unknown; n: number }) => Partial<Context>>> = {
  add: ({ list }, { item }) => ({ list: [...list, item] }),
  addTwice: ({ list }, { item }) => ({ list: [...list, item, item], picked: item }),
  addFirst: ({ list }, { item }) => ({ list: [item, ...list] }),
  addNew: ({ list }, { n }) => {
    const fresh = { n, deep: { n } }
    return { list: [...list, fresh], picked: fresh.deep, map: { a: fresh } }
  },
  pick: ({ list }, { n }) => ({ picked: list[n] ?? null }),
  pickPart: ({ list }, { n }) => ({ picked: { of: list[n] ?? null } }),
  put: ({ list, map }, { n }) => ({ map: { ...map, [`k${n}`]: list[n] ?? null } }),
  back: ({ list, picked }) => ({ list: [...list, picked].slice(-5) }),
  twice: ({ list }, { n }) => ({ list: [...list, list[n] ?? null].slice(-5) }),
  reverse: ({ list }) => ({ list: list.toReversed() }),
  remove: ({ list }, { n }) => ({ list: list.filter((_, at) => at !== n) }),
  swap: ({ list, map }) => ({ list: Object.values(map), map: Object.fromEntries(list.map((item, at) => [at, item])) }),
  change: ({ list }, { n }) => ({
    list: list.map((item, at) => (at === n && typeof item === 'object' ? { ...item, n } : item)),
  }),
  whole: ({ list, map }) => (JSON.stringify(map).length > 500 ? { map: {} } : { map: { ...map, all: list } }),
  drop: () => ({ picked: null, map: {} }),
}

const mover = createMachine({
  context: { list: [], picked: null, map: {} } as Context,
  on: Object.fromEntries(
    Object.entries(WAYS).map(([type, way]) => [
      type,
      { actions: assign(({ context, event }: Scope) => way(context, event)) },
    ]),
  ),
} as never)

describe('STEP-13 what stands in one place stands in no other', () => {
  it('however a chart moves the parts of its context', () => {
    const events = fc.record({
      type: fc.constantFrom(...Object.keys(WAYS)),
      n: fc.nat(3),
      item: fc.constantFrom<JsonValue>(1, 'text', { id: 1, tags: ['a'] }, [{ deep: {} }], null),
    })
    fc.assert(
      fc.property(fc.array(events, { maxLength: 25 }), (script) => {
        const live = new Live(mover)
        for (const event of script) live.send(structuredClone(event))
        expect(live.wrong).toEqual([])
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('what was given in two events, or came back from the state, is another each time', () => {
    const item = { id: 1 }
    const live = new Live(mover).send({ type: 'add', item, n: 0 }).send({ type: 'add', item, n: 0 })
    live.send({ type: 'add', item: (live.context['list'] as JsonValue[])[0] as JsonValue, n: 0 })
    expect(live.context['list']).toEqual([item, item, item])
    expect(live.wrong).toEqual([])
  })

  it('in the contexts of child machines and in the events of timers', () => {
    const child = createMachine({
      context: ({ input }: { input: { item: JsonValue } }) => ({ mine: input.item }),
      entry: sendParent(({ context }: Scope) => ({ type: 'from child', item: context.mine })),
    } as never)
    const machine = setup({ actors: { child } }).createMachine({
      context: { items: [{ id: 1 }], heard: null, fired: null },
      invoke: { src: 'child', input: ({ context }: Scope) => ({ item: context.items[0] }) },
      on: {
        'from child': { actions: assign({ heard: ({ event }: Scope) => event.item }) },
        wait: { actions: raise(({ context }: Scope) => ({ type: 'late', item: context.items[0] }), { delay: 10 }) },
        late: { actions: assign({ fired: ({ event }: Scope) => event.item }) },
      },
    } as never)
    const live = new Live(machine).send({ type: 'wait' })
    expect(live.context['heard']).toEqual({ id: 1 })
    live.fire(Object.keys(live.step.timers)[0] as string)
    expect(live.context['fired']).toEqual({ id: 1 })
    expect(live.wrong).toEqual([])
  })

  it('and the patch still copies what it can', () => {
    const item = { id: 1, text: 'x'.repeat(300) }
    const live = new Live(mover).send({ type: 'add', item, n: 0 })
    expect(live.lastPatch.length).toBeLessThan(200)
    live.send({ type: 'pick', item: null, n: 0 })
    expect(live.lastPatch.length).toBeLessThan(200)
    live.send({ type: 'whole', item: null, n: 0 })
    expect(live.lastPatch.length).toBeLessThan(200)
  })

  it('what stays where it was, or is moved in its list, stays the same object', () => {
    const live = new Live(mover)
    for (const id of [1, 2, 3]) live.send({ type: 'add', item: { id }, n: 0 })
    const [one, two, three] = live.context['list'] as JsonValue[]
    live.send({ type: 'addFirst', item: { id: 0 }, n: 0 }).send({ type: 'reverse', item: null, n: 0 })
    const after = live.context['list'] as JsonValue[]
    expect([after[0] === three, after[1] === two, after[2] === one]).toEqual([true, true, true])
  })
})
