import { afterEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { startAgent } from '../definition/send-to-agent.js'
import type { ChildDone } from '../definition/message-types.js'
import type { Runtime } from '../public/runtime.js'
import { memoryStore } from '../store/memory-store.js'
import type { JsonObject } from '../json/json-value.js'
import { toPosition, toRevision } from '../record/revision.js'
import type { Explanation } from './explain.js'
import type { HistorySource } from './history-types.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'

/** Each cause in a word or two. */
function told({ chain }: Explanation): readonly unknown[] {
  return chain.map(({ agent, revision, because = 'nothing' }) => `${agent.name} ${revision} ${because}`)
}

describe('explain', () => {
  test('HIS-29 goes from a record through a message of another agent and an effect to the person who asked', async () => {
    const store = await researched()
    const writer = await openHistory(store, 'writer-7')
    const explained = await writer.explain(1)
    expect(told(explained)).toEqual(['writer 1 message', 'research 4 effect', 'research 2 nothing'])
    expect(explained.chain[1]).toMatchObject({
      kind: 'effect.done',
      src: 'callModel',
      effect: '2.0',
      outside: 'effect',
    })
    expect(explained.chain[2]).toMatchObject({ type: 'ask', by: 'ada', reason: 'a child asked', outside: 'caller' })
    expect(explained.chain[0]).not.toHaveProperty('outside')
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained)
    const research = await openHistory(store, 'research-42')
    expect(told(await research.explain(3))).toEqual(['research 3 effect', 'research 2 nothing'])
    expect(told(await research.explain(5))).toEqual(['research 5 sent', 'research 4 effect', 'research 2 nothing'])
    expect(told(await research.explain(0))).toEqual(['research 0 nothing'])
    await expect(research.explain(6)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('HIS-29 says where it ends early: at its limit, or at an agent that is not in the source', async () => {
    const store = await researched()
    const writer = await openHistory(store, 'writer-7')
    expect(await writer.explain(1, { limit: 2 })).toMatchObject({ cut: 'limit', chain: { length: 2 } })
    const alone = await openHistory(
      { read: (stream, options) => store.read(stream === 'writer-7' ? stream : 'none-1', options) },
      'writer-7',
    )
    expect(await alone.explain(1)).toMatchObject({ cut: 'not-found', chain: [{ revision: 1 }] })
  })
})

describe('explain of records that Refold makes itself', () => {
  const kinds: readonly (readonly [string, JsonObject, JsonObject?])[] = [
    ['started', {}],
    ['event', {}, { body: { patch: [], actions: [{ type: 'tell' }] } }],
    ['cancel', {}],
    ['actor.event', {}],
    ['retried', { revision: 1 }],
    ['recalled', { revision: 3 }],
    ['cancelled', { lateMs: 0 }],
    ['paused', {}],
    ['timer.fired', {}, { input: { kind: 'timer.fired', timer: '1.t0' } }],
    ['effect.done', {}, { epoch: 1, input: { kind: 'effect.done', effect: '1.0' } }],
    ['retried', {}],
    ['effect.done', {}, { input: { kind: 'effect.done', effect: '1.0' } }],
  ]
  const hostile: typeof kinds = [
    ['effect.done', null as never, { input: { kind: 'effect.done', effect: 'x' } }],
    ['effect.done', [] as never, { input: { kind: 'effect.done', effect: 5 } }],
    ['retried', 'text' as never],
    ['retried', { revision: 99 }],
    ['message', {}, { input: { kind: 'message', from: { a: 1 } } }],
    ['message.acknowledged', { to: 1 }],
    ['\u001b[31mnone', {}],
  ]
  const sourceOf = (all: typeof kinds): HistorySource => ({
    async *read(_stream, { from = toRevision(0), limit = 1e9 } = {}) {
      yield all
        .map(([kind, data, more]) => ({
          type: `refold.${kind}`,
          data,
          metadata: { refold: { v: 0, agent: 'a@1', at: 1, input: { kind }, body: { patch: [] }, ...more } },
        }))
        .map((event, n) => ({
          ...event,
          id: `id-${n}`,
          stream: 'a-1',
          revision: toRevision(n),
          position: toPosition(n),
        }))
        .slice(Number(from), Number(from) + limit)
    },
  })

  test('HIS-29 HIS-413 names what waited, what was kept, who cancelled, and what it can only guess', async () => {
    const history = await openHistory(sourceOf(kinds), 'a-1')
    const behind = async (revision: number): Promise<unknown> => {
      const [cause, next] = (await history.explain(revision)).chain
      return [cause?.because, next?.revision, cause?.isGuess, cause?.outside]
    }
    expect(await behind(3)).toEqual(['action', 1, true, undefined])
    expect(await behind(4)).toEqual(['waiting', 1, undefined, 'operator'])
    expect(await behind(5)).toEqual(['deferred', 3, undefined, undefined])
    expect(await behind(6)).toEqual(['cancel', 2, undefined, 'clock'])
    expect(await behind(7)).toEqual([undefined, undefined, undefined, 'operator'])
    expect(await behind(8)).toEqual(['timer', 1, undefined, 'clock'])
    expect(await behind(9)).toEqual(['effect', 1, undefined, 'effect'])
    expect(await behind(10)).toEqual([undefined, undefined, undefined, 'operator'])
    expect(await behind(11), 'no body gave it, someone resolved it').toEqual(['effect', 1, undefined, 'operator'])
  })

  test('HIS-31 takes records whose parts are not what their kind says, and says what is not found', async () => {
    const history = await openHistory(sourceOf(hostile), 'a-1')
    for (const { revision } of history.outline()) {
      const { chain } = await history.explain(revision)
      expect(chain.length).toBeGreaterThan(0)
      expect(await history.record(revision)).toMatchObject({ revision })
      await expect(history.at(revision)).rejects.toMatchObject({ code: 'UNREADABLE' })
    }
  })
})

describe('explain of what agents and time did', () => {
  const open: Runtime[] = []
  afterEach(() => Promise.all(open.splice(0).map((runtime) => runtime.close())))

  test('HIS-29 goes from the report of a child to the one who started its parent, and from a timer to what set it', async () => {
    const child = defineAgent({
      name: 'child',
      version: 1,
      input: z.object({ n: z.number() }),
      machine: setup({
        types: { input: {} as { n: number }, context: {} as { n: number }, output: {} as { n: number } },
      }).createMachine({
        context: ({ input }) => ({ n: input.n }),
        initial: 'sleeping',
        states: { sleeping: { after: { 5: 'over' } }, over: { type: 'final' } },
        output: ({ context }) => ({ n: context.n * 2 }),
      }),
    })
    const parent = defineAgent({
      name: 'parent',
      version: 1,
      machine: setup({
        types: {
          context: {} as { result: number },
          events: {} as { type: 'go'; n: number } | ChildDone<'child.done', typeof child>,
        },
      }).createMachine({
        context: { result: 0 },
        on: {
          go: {
            actions: startAgent(
              { agent: child, id: '1' },
              { input: ({ event }) => ({ n: event.n }), done: 'child.done' },
            ),
          },
          'child.done': { actions: assign({ result: ({ event }) => event.output.n }) },
        },
      }),
    })
    const store = memoryStore()
    const runtime = await createRuntime({ store, agents: [parent, child] })
    open.push(runtime)
    const agent = await runtime.start(parent, { id: '1' })
    await agent.send({ type: 'go', n: 4 }, { by: 'ada' })
    await agent.waitFor(({ context }) => context.result === 8)
    const history = await openHistory(store, 'parent-1')
    const revision = history.outline().find(({ type }) => type === 'child.done')?.revision ?? -1
    const explained = await history.explain(revision)
    expect(explained.cut).toBeUndefined()
    expect(explained.chain.map(({ agent: { name }, kind, because, by }) => [name, kind, because, by])).toEqual([
      ['parent', 'message', 'message', undefined],
      ['child', 'timer.fired', 'timer', undefined],
      ['child', 'started', 'message', undefined],
      ['parent', 'event', undefined, 'ada'],
    ])
  })

  test('HIS-418 a cancellation at once was the word of who asked for it, and comes to detached children by the message of their parent', async () => {
    const child = defineAgent({ name: 'child', version: 1, machine: setup({}).createMachine({}) })
    const parent = defineAgent({
      name: 'parent',
      version: 1,
      machine: setup({}).createMachine({ entry: startAgent({ agent: child, id: '1' }, {}) }),
    })
    const store = memoryStore()
    const runtime = await createRuntime({ store, agents: [parent, child] })
    open.push(runtime)
    const agent = await runtime.start(parent, { id: '1' })
    await expect.poll(() => store.directory.get('child-1')).toBeDefined()
    await agent.cancel({ children: 'cancel', by: 'ada' })
    await expect.poll(async () => (await store.directory.get('child-1'))?.status).toBe('stopped')
    const history = await openHistory(store, 'child-1')
    const { chain, cut } = await history.explain(
      history.outline().find(({ kind }) => kind === 'cancelled')?.revision ?? -1,
    )
    expect(cut).toBeUndefined()
    expect(chain.map(({ agent: { name }, kind, because, outside }) => [name, kind, because, outside])).toEqual([
      ['child', 'cancelled', 'message', undefined],
      ['parent', 'cancelled', undefined, 'operator'],
    ])
  })
})
