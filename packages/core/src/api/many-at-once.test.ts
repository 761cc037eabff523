/** Agents that hold much at once: what a step costs is counted, as times say nothing on a busy machine. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { assign, raise, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { startAgent } from '../definition/send-to-agent.js'
import type { RuntimeEvent } from '../public/runtime-event.js'
import { fold } from '../record/fold.js'
import { LargeMap } from '../record/large-map.js'
import { effectIn, largeMembers } from '../record/large-members.js'
import type { StateDocument } from '../record/state-document.js'
import { memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'

const MANY = 400

interface Counts {
  readonly done: number
}

const count = assign(({ context }: { context: Counts }) => ({ done: context.done + 1 }))
const over = { guard: ({ context }: { context: Counts }) => context.done === MANY - 1, target: 'over', actions: count }

/** Each effect waits for its turn. */
function effects(): { machine: unknown; release: () => void } {
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const work = effect(async ({ input }: { input: { n: number } }) => {
    await gate
    return input.n
  })
  const machine = setup({ actors: { work } }).createMachine({
    context: ({ spawn }: { spawn: (src: string, options: object) => void }) => {
      for (let n = 0; n < MANY; n++) spawn('work', { id: `w${n}`, input: { n } })
      return { done: 0 }
    },
    initial: 'on',
    states: { on: { on: { 'xstate.done.actor.*': [over, { actions: count }] } }, over: { type: 'final' } },
  } as never)
  return { machine, release: () => release() }
}

function timers(): { machine: unknown; release: () => void } {
  const all = Array.from({ length: MANY }, (_, n) => raise({ type: 'due' }, { delay: 50 + (n % 7), id: `t${n}` }))
  const machine = setup({}).createMachine({
    context: { done: 0 },
    entry: all,
    initial: 'on',
    states: { on: { on: { due: [over, { actions: count }] } }, over: { type: 'final' } },
  } as never)
  return { machine, release: () => {} }
}

function steps(): { machine: unknown; release: () => void } {
  const work = effect(async ({ step }) => {
    for (let n = 0; n < MANY; n++) await step(`s${n}`, () => n)
  })
  const machine = setup({ actors: { work } }).createMachine({
    initial: 'on',
    states: { on: { invoke: { src: 'work', onDone: 'over' } }, over: { type: 'final' } },
  })
  return { machine, release: () => {} }
}

const child = defineAgent({
  name: 'child',
  version: 1,
  machine: setup({}).createMachine({ initial: 'over', states: { over: { type: 'final' } } }),
})

/** Each is started by a message, and tells its end by another. */
function detachedChildren(): { machine: unknown; release: () => void } {
  const all = Array.from({ length: MANY }, (_, n) => startAgent({ agent: child, id: `c${n}` }, { done: 'ended' }))
  const machine = setup({}).createMachine({
    context: { done: 0 },
    initial: 'on',
    states: {
      on: { entry: all, on: { ended: [over, { actions: count }] } },
      over: { type: 'final' },
    },
  } as never)
  return { machine, release: () => {} }
}

afterEach(() => vi.restoreAllMocks())

describe('STEP-41 what a step costs is what it changed', () => {
  test.each([
    ['effects and children', effects, ['effects', 'children']],
    ['timers', timers, ['timers']],
    ['steps of an effect', steps, ['steps']],
    ['detached children, messages to them and reports of them', detachedChildren, ['to', 'inbox', 'detachedChildren']],
  ])('STEP-41 with many %s', async (_, made, maps) => {
    const { machine, release } = made()
    const definition = defineAgent({ name: 'many', version: 1, machine: machine as never })
    const store = memoryStore()
    let live: StateDocument | undefined
    const large = new Set<string>()
    const observer = (event: RuntimeEvent): void => {
      if (event.kind !== 'recorded' || event.stream !== 'many-1') return
      live = event.after
      for (const part of [live, live.root, live.outbox ?? {}, effectIn(live, '0.0') ?? {}])
        for (const [member, map] of Object.entries(largeMembers(part) ?? {})) if (map !== undefined) large.add(member)
    }
    const snapshots = { everyEvents: 100_000 }
    const runtime = await createRuntime({ store, agents: [definition, child], snapshots, observers: [observer] })
    const agent = await runtime.start(definition, { id: '1' } as never)
    const given = vi.spyOn(LargeMap.prototype, 'entries')
    const walked = vi.spyOn(LargeMap.prototype, 'keys')
    release()
    await agent.done()
    // All of it is looked at by the first steps, by the end, and once in so many changes.
    expect([...large]).toEqual(expect.arrayContaining(maps))
    expect(given.mock.calls.length + walked.mock.calls.length).toBeLessThan(MANY / 10)

    let folded: StateDocument | undefined
    for await (const page of store.read('many-1')) for (const event of page) folded = fold(folded, event)
    expect(JSON.stringify(live)).toBe(JSON.stringify(folded))
    await runtime.close()
  })
})
