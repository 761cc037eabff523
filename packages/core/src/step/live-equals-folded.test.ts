/** What a step leaves in memory is what the documents would give. */
import { jsonOf } from '../json/to-json.js'
import { describe, expect, it } from 'vitest'
import { assign, createMachine, fromCallback, fromPromise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { createTree } from './tree.js'
import type { EventData } from '../record/event-data.js'
import type { Tree, TreeStep } from './tree-step.js'

const options = { agentId: 'a', onActorSend: () => {}, onLog: () => {} }

class Live {
  readonly tree: Tree
  #revision = 0
  constructor(machine: unknown) {
    this.tree = createTree({ machine: machine as AnyStateMachine }, options)
    this.tree.step({ kind: 'started', input: undefined }, { now: 0, revision: this.#revision++ })
  }
  send(event: EventData): TreeStep {
    return this.tree.step({ kind: 'event', event }, { now: 0, revision: this.#revision++ })
  }
}

/** Asks with the live tree, not a hydrated one, what a guard sees. */
const keeping = (value: () => unknown): { live: Live; seen: () => { kept: unknown } } => {
  let seen: { kept: unknown } = { kept: undefined }
  const machine = createMachine({
    context: { kept: null as unknown },
    on: {
      KEEP: { actions: assign({ kept: () => value() }) },
      LOOK: { guard: ({ context }) => ((seen = context), true), actions: () => {} },
    },
  })
  const live = new Live(machine)
  live.send({ type: 'KEEP' })
  live.send({ type: 'LOOK' })
  return { live, seen: () => seen }
}

describe('the live context', () => {
  it('has lost members that are undefined', () => {
    expect(Object.keys(keeping(() => ({ a: 1, b: undefined })).seen().kept as object)).toEqual(['a'])
  })

  it('holds errors as data', () => {
    const { kept } = keeping(() => Object.assign(new TypeError('x'), { code: 'E' })).seen()
    expect(kept).toEqual({ name: 'TypeError', message: 'x', code: 'E' })
    expect(kept).not.toBeInstanceOf(Error)
  })

  it('is frozen all the way down, but for references', () => {
    const { kept } = keeping(() => ({ list: [{ n: 1 }] })).seen() as { kept: { list: object[] } }
    expect([kept, kept.list, kept.list[0]].every((part) => Object.isFrozen(part))).toBe(true)
    const listen = fromCallback(() => {})
    let held: { readonly ref: object } | undefined
    const machine = setup({ actors: { listen } }).createMachine({
      context: ({ spawn }) => ({ held: { ref: spawn('listen') } }),
      on: { LOOK: { guard: ({ context }) => ((held = context.held), true), actions: () => {} } },
    })
    const step = new Live(machine).send({ type: 'LOOK' })
    expect([Object.isFrozen(held), Object.isFrozen(held?.ref)]).toEqual([true, false])
    expect(step.root.context).toEqual({ held: { ref: null } })
  })
})

describe('the documents', () => {
  it('share memory with what did not change', () => {
    const machine = createMachine({
      context: { n: 0, big: [{ a: 1 }] },
      on: { UP: { actions: assign({ n: ({ context }) => context.n + 1 }) }, NOTHING: { actions: () => {} } },
    })
    const live = new Live(machine)
    const one = live.send({ type: 'UP' })
    const two = live.send({ type: 'UP' })
    expect((two.root.context as { big: unknown }).big).toBe((one.root.context as { big: unknown }).big)
    const three = live.send({ type: 'NOTHING' })
    expect(three.root).toBe(two.root)
    expect(three.timers).toBe(two.timers)
    expect(three.unlisted).toBe(two.unlisted)
  })

  it('hold the payload of an event by reference, as an effect’s input does: a patch can copy it', () => {
    const draft = fromPromise<unknown, unknown>(async () => 1)
    const machine = setup({ actors: { draft } }).createMachine({
      context: { messages: [] as unknown[] },
      initial: 'idle',
      states: {
        idle: {
          on: {
            SAY: {
              target: 'busy',
              actions: assign({ messages: ({ context, event }) => [...context.messages, event['text']] }),
            },
          },
        },
        busy: {
          invoke: {
            src: 'draft',
            input: ({ context }: { context: { messages: unknown[] } }) => ({ messages: context.messages }),
          },
        },
      },
    })
    const text = jsonOf({ body: 'long' })
    const step = new Live(machine).send({ type: 'SAY', text })
    const { messages } = step.root.context as { messages: unknown[] }
    expect(messages[0]).toBe(text)
    expect(step.scheduled.map(({ input }) => (input as { messages: unknown }).messages)[0]).toBe(messages)
  })

  it('keep the places of keys that stay and put new ones last, as a patch does', () => {
    const machine = createMachine({
      initial: 'a',
      context: {},
      states: { a: { on: { END: 'z' } }, z: { type: 'final' } },
      output: 1,
    })
    const live = new Live(machine)
    expect(Object.keys(live.send({ type: 'END' }).root)).toEqual([
      'sid',
      'kind',
      'lib',
      'value',
      'context',
      'status',
      'nodes',
      'output',
    ])
  })
})

describe('what is the user’s', () => {
  it('a context literal is neither frozen nor shared', () => {
    const literal = { list: [1], deep: { n: 1 } }
    const machine = createMachine({ context: literal, entry: assign({ list: ({ context }) => [...context.list, 2] }) })
    expect(new Live(machine).send({ type: 'X' }).root.context).toEqual({ list: [1, 2], deep: { n: 1 } })
    expect([literal, literal.list, literal.deep].some((part) => Object.isFrozen(part))).toBe(false)
    expect(literal).toEqual({ list: [1], deep: { n: 1 } })
  })
})
