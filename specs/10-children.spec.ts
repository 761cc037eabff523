/** Children, and references to them, as states of an agent show them: the same live, folded and in the past, on every store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import type { AgentOf, Runtime, Store } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assign, fromTransition, setup, stopChild } from 'xstate'
import type { ActorRefFrom, AnyActorRef } from 'xstate'

const never = effect<never, { page: number }>(() => new Promise(() => {}))
const fails = effect(async (): Promise<string> => Promise.reject(new TypeError('no page')))
const helper = setup({
  types: { context: {} as { boss: AnyActorRef; pages: number }, input: {} as { boss: AnyActorRef } },
  actors: { never },
}).createMachine({
  context: ({ input }) => ({ boss: input.boss, pages: 3 }),
  initial: 'reading',
  states: { reading: { invoke: { id: 'page', src: 'never', input: { page: 1 } } } },
})
const counter = fromTransition((count: number) => count + 1, 0)

const boss = defineAgent({
  name: 'boss',
  version: 1,
  machine: setup({
    types: {
      context: {} as {
        helper: ActorRefFrom<typeof helper> | null
        all: { name: string; ref: AnyActorRef }[]
        note: { text: string }
      },
      events: {} as { type: 'hire' } | { type: 'look' } | { type: 'fire' } | { type: 'end' },
      output: {} as { last: ActorRefFrom<typeof helper> | null },
    },
    actors: { helper, counter, fails },
  }).createMachine({
    context: { helper: null, all: [], note: { text: '' } },
    initial: 'open',
    states: { open: { on: { end: 'ended' } }, ended: { type: 'final' } },
    invoke: { src: 'fails', id: 'failing', onError: {} },
    on: {
      hire: {
        actions: assign(({ spawn, self }) => {
          const first = spawn('helper', { id: 'first', input: { boss: self } })
          const all = [
            { name: 'count', ref: spawn('counter', { id: 'count' }) },
            { name: 'me', ref: self },
          ]
          return { helper: first, all }
        }),
      },
      look: { target: '.open' },
      fire: { actions: stopChild('first') },
    },
    output: ({ context }) => ({ last: context.helper }),
  }),
})

const STORES = {
  'in memory': () => {
    const log = memoryLog()
    return { connect: () => memoryStore(log), remove: () => {} }
  },
  'in a file': () => {
    const folder = mkdtempSync(join(tmpdir(), 'refold-children-'))
    const connect = () => sqliteStore(join(folder, 'agents.db'))
    return { connect, remove: () => rmSync(folder, { recursive: true, force: true }) }
  },
} satisfies Record<string, () => { connect: () => Store; remove: () => void }>

describe.each(Object.entries(STORES))('HIS-10 the children of an agent, %s', (_name, open) => {
  let place: ReturnType<typeof open>
  let refold: Runtime
  let agent: AgentOf<typeof boss>

  beforeEach(async () => {
    place = open()
    refold = await createRuntime({ store: place.connect(), agents: [boss] })
    agent = await refold.start(boss, { id: '1' })
    await agent.waitFor(({ children }) => children['failing']?.status === 'error')
    await agent.send({ type: 'hire' })
  })
  afterEach(async () => {
    await refold.close()
    place.remove()
  })

  test('HIS-10 stand in its state, and references to them in its context are pointers', () => {
    const { context, children } = agent.getSnapshot()
    const me = { actor: '0', id: '1', src: 'boss' }
    const first = { actor: children['first']?.actor, id: 'first', src: 'helper' }
    expect(context).toEqual({
      helper: first,
      all: [
        { name: 'count', ref: { actor: children['count']?.actor, id: 'count', src: 'counter' } },
        { name: 'me', ref: me },
      ],
      note: { text: '' },
    })
    expect(children['first']).toMatchObject({
      ...first,
      status: 'active',
      value: 'reading',
      context: { boss: me, pages: 3 },
      children: { page: { id: 'page', src: 'never', status: 'active', children: {} } },
    })
    expect(children['count']).toMatchObject({ status: 'active', context: 0 })
    expect(children['failing']).toMatchObject({ status: 'error', error: { message: 'no page' } })
    const names = agent.getSnapshot().effects.map(({ effect }) => effect)
    expect(names).toEqual([children['first']?.children['page']?.actor])
    expect(() => Object.assign(context.helper ?? {}, { id: 'x' })).toThrow(TypeError)
  })

  test('HIS-10 are the same live, folded by another process, and in the past', async () => {
    const live = agent.getSnapshot()
    await agent.send({ type: 'fire' })
    const gone = agent.getSnapshot()
    const other = await createRuntime({ store: place.connect(), agents: [boss], worker: false })
    const folded = await other.attach(boss, '1')
    expect(shown(folded.getSnapshot())).toEqual(shown(gone))
    expect(shown(await folded.stateAt(live.revision))).toEqual(shown(live))
    expect(shown(await agent.stateAt(gone.revision))).toEqual(shown(gone))
    expect(shown(await folded.waitFor(() => true))).toEqual(shown(gone))
    await other.close()
  })

  test('HIS-10 are shown no more when they are stopped, and a reference still says which actor it was', async () => {
    const { helper: first } = agent.getSnapshot().context
    await agent.send({ type: 'fire' })
    const { context, children } = agent.getSnapshot()
    expect(Object.keys(children)).toEqual(['failing', 'count'])
    expect(context.helper).toEqual(first)
    await agent.send({ type: 'end' })
    expect((await agent.done()).output).toEqual({ last: first })
  })

  test('HIS-10 give the same context again while it says the same, and can be logged and stored', async () => {
    const before = agent.getSnapshot()
    const after = await agent.send({ type: 'look' })
    expect(after.revision).not.toBe(before.revision)
    expect(after.context).toBe(before.context)
    expect(JSON.parse(JSON.stringify(after))).toMatchObject({ children: { first: { src: 'helper' } } })
    expect(after.toSnapshot().context.helper).toBeNull()
  })
})

function shown({ context, children, output }: { context: unknown; children: unknown; output?: unknown }): string {
  return JSON.stringify({ context, children, output })
}
