import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { applyPatch } from '../json/patch.js'
import { changeOf } from '../json/undo.js'
import { assign, setup } from 'xstate'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'
import { placeOf, touchOf } from './value-path.js'

describe('blame', () => {
  test('HIS-392 does not take a member that an item never had for that of the item that stood in its place', async () => {
    type Item = { id: number; text: string; note?: string }
    const machine = setup({
      types: { context: {} as { items: Item[] }, events: {} as { type: 'add'; item: Item } | { type: 'tidy' } },
    }).createMachine({
      context: { items: [] },
      on: {
        add: { actions: assign({ items: ({ context, event }) => [event.item, ...context.items] }) },
        tidy: { actions: assign({ items: ({ context }) => context.items.map(({ note: _note, ...item }) => item) }) },
      },
    })
    const lister = defineAgent({ name: 'lister', version: 1, machine })
    const store = memoryStore(memoryLog())
    const runtime = await createRuntime({ store, agents: [lister] })
    const agent = await runtime.start(lister, { id: '1' })
    await agent.send({ type: 'add', item: { id: 1, text: 'long enough to be copied from there', note: 'x' } })
    await agent.send({ type: 'tidy' })
    await agent.send({ type: 'add', item: { id: 2, text: 'and this one is long enough, too' } })
    const history = await openHistory(store, 'lister-1')
    expect((await history.record(3)).patch).toMatchObject([{ op: 'copy' }])
    await expect(history.blame('/context/items/0/note')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await history.blame('/context/items/1/note')).steps).toMatchObject([{ revision: 2, how: 'removed' }])
    await runtime.close()
  })

  test('HIS-419 names the record that took away what stood last in an array, at its index', async () => {
    type Item = { text: string; note?: string }
    const machine = setup({
      types: {
        context: {} as { items: Item[]; note: string },
        events: {} as { type: 'push'; item: Item } | { type: 'pop' | 'shift' | 'tidy' },
      },
    }).createMachine({
      context: { items: [], note: '' },
      on: {
        push: { actions: assign({ items: ({ context, event }) => [...context.items, event.item] }) },
        pop: { actions: assign({ items: ({ context }) => context.items.slice(0, -1) }) },
        shift: { actions: assign({ items: ({ context }) => context.items.slice(1) }) },
        tidy: { actions: assign({ items: ({ context }) => context.items.map(({ text }) => ({ text })) }) },
      },
    })
    const stack = defineAgent({ name: 'stack', version: 1, machine })
    const store = memoryStore(memoryLog())
    await using runtime = await createRuntime({ store, agents: [stack] })
    const agent = await runtime.start(stack, { id: '1' })
    for (const text of ['a first one', 'a second one', 'a third one'])
      await agent.send({ type: 'push', item: { text, note: 'x' } })
    for (const type of ['tidy', 'pop', 'shift', 'pop'] as const) await agent.send({ type })
    const history = await openHistory(store, 'stack-1')
    const removed = async (path: string): Promise<unknown> => history.blame(path).catch((error: unknown) => error)
    expect(await removed('/context/items/2')).toMatchObject({ steps: [{ revision: 5, how: 'removed' }] })
    expect(await removed('/context/items/1')).toMatchObject({ steps: [{ revision: 6, how: 'removed' }] })
    expect(await removed('/context/items/0')).toMatchObject({ steps: [{ revision: 7, how: 'removed' }] })
    expect(await removed('/context/items/2/note')).toMatchObject({ steps: [{ revision: 4, how: 'removed' }] })
    for (const path of ['/context/items/3', '/context/items/-', '/context/items/2/none'])
      expect(await removed(path)).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('HIS-27 tells which record set a field, and who sent the event that it came with', async () => {
    const history = await openHistory(await researched(), 'research-42')
    const cents = await history.blame('/context/cents')
    expect(cents).toMatchObject({ path: '/root/context/cents', value: 500, steps: { length: 1 } })
    expect(cents.steps[0]).toMatchObject({ revision: 1, type: 'budget', by: 'bob', how: 'equal', from: '/data/cents' })
    const question = await history.blame('/root/context/question')
    expect(question.steps).toMatchObject([{ revision: 2, by: 'ada', how: 'copied', from: '/data/question' }])
    expect((await history.blame('/context/question', { at: 1 })).steps).toMatchObject([
      { revision: 0, how: 'computed', path: '' },
    ])
    expect((await history.blame('/context/log/0')).steps).toMatchObject([{ revision: 2, how: 'computed' }])
    expect(JSON.parse(JSON.stringify(question))).toEqual(question)
  })

  test('HIS-28 goes through a message and the output of a model to the person who asked', async () => {
    const history = await openHistory(await researched(), 'writer-7')
    const { value, steps, causes } = await history.blame('/context/text')
    expect(value).toMatch(/^The sky is blue/)
    expect(steps.map(({ agent, revision, how, from }) => [agent.name, revision, how, from])).toEqual([
      ['writer', 1, 'copied', '/data/text'],
      ['research', 4, 'equal', '/data/output/text'],
    ])
    expect(steps[1]).toMatchObject({ kind: 'effect.done', src: 'callModel', outside: 'effect' })
    expect(causes.chain.at(-1)).toMatchObject({
      agent: { name: 'research' },
      type: 'ask',
      by: 'ada',
      outside: 'caller',
    })
  })

  test('HIS-27 of an object tells what was last changed within, of what is gone who took it away', async () => {
    const history = await openHistory(await researched(), 'research-42')
    const { steps } = await history.blame('/context')
    expect(steps[0]).toMatchObject({
      revision: 4,
      isPart: true,
      path: '/root/context/answer',
      from: '/data/output/text',
    })
    expect((await history.blame('')).steps[0]).toMatchObject({ revision: 5, isPart: true, how: 'removed' })
    const effect = await history.blame('/effects/2.0/lastError')
    expect(effect).not.toHaveProperty('value')
    expect(effect.steps).toMatchObject([{ revision: 4, how: 'removed', path: '/effects/2.0' }])
    expect((await history.blame('/effects/2.0/lastError/message', { at: 3 })).steps).toMatchObject([
      { revision: 3, how: 'copied', from: '/data/error/message' },
    ])
  })

  test.each<[path: string, revision: number, value: JsonValue | undefined, why: string]>([
    ['who', 1, 'ana', 'the record rewrote all of a small context'],
    ['plan', 1, { steps: 1 }, 'the record rewrote all of a small context'],
    ['late', 2, 3, 'the record set it'],
    ['gone/steps', 3, undefined, 'what stood around it was taken away, and set again without it'],
    ['gone/after', 5, 2, 'the record set it'],
    ['more/box', 4, { a: 1 }, 'only its place among the keys was another'],
  ])(
    'HIS-130 blames the record that changed %s, although a later one wrote it: %j, %j, %s',
    async (path, revision, value) => {
      const history = await openHistory(await rewritten(), 'note-1')
      const { value: now, steps } = await history.blame(`/context/${path}`)
      expect(now).toEqual(value)
      expect(steps[0]).toMatchObject({ revision, ...(value === undefined ? { how: 'removed' } : undefined) })
    },
  )

  test('HIS-27 refuses what is no pointer, and says where nothing ever stood', async () => {
    const history = await openHistory(await researched(), 'research-42')
    for (const path of ['context', '/~2', '/context/__proto__', 5, undefined])
      await expect(history.blame(path as string)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    for (const path of ['/context/none', '/context/log/7', '/nowhere', '/effects/9.9', '/effects/2.0/none'])
      await expect(history.blame(path)).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { stream: 'research-42' } })
    await expect(history.blame('/effects/2.0/lastError/none', { at: 3 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(history.blame('/context/cents', { at: 77 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

/** An agent whose events say what its context is from then on. */
async function rewritten(): Promise<Store> {
  const log = memoryLog()
  const context: Record<string, JsonValue> = {}
  const machine = setup({
    types: { context, events: {} as { type: 'be'; all: Record<string, JsonValue> } },
  }).createMachine({
    context,
    on: {
      be: {
        actions: assign(({ context, event }) => ({
          ...Object.fromEntries(Object.keys(context).map((key) => [key, undefined])),
          ...event.all,
        })),
      },
    },
  })
  const note = defineAgent({ name: 'note', version: 1, machine })
  const runtime = await createRuntime({ store: memoryStore(log), agents: [note] })
  const agent = await runtime.start(note, { id: '1' })
  const same = { who: 'ana', plan: { steps: 1 } }
  const text = 'a text that costs more than to put its neighbour in another place'
  for (const all of [
    { n: 1, gone: { steps: 1 } },
    { n: 2, late: 3, gone: { steps: 1 } },
    { n: 3, late: 3, gone: 1 },
    { n: 4, late: 3, gone: 1, more: { box: { a: 1 }, text } },
    { n: 5, late: 3, gone: { after: 2 }, more: { text, box: { a: 1 } } },
  ])
    await agent.send({ type: 'be', all: { ...same, ...all } })
  await runtime.close()
  return memoryStore(log)
}

describe('the way of a place', () => {
  /** Edits of a list of named items, as a patch does them. */
  const edit = fc.record({ op: fc.constantFrom('add', 'replace', 'remove', 'copy'), at: fc.nat(5), end: fc.boolean() })

  test('HIS-27 follows an item of an array, however it was moved', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 20 }), (edits) => {
        let list: readonly string[] = ['a', 'b', 'c']
        const writes: { readonly change: NonNullable<ReturnType<typeof changeOf>>; readonly name: string }[] = []
        for (const [n, { op, at, end }] of edits.entries()) {
          const path = end && op === 'add' ? '/state/list/-' : `/state/list/${at}`
          const name = `new ${n}`
          const value: PatchOperation =
            op === 'remove' ? { op, path } : op === 'copy' ? { op, path, from: '/data' } : { op, path, value: name }
          const document = { state: { list }, data: name } as { readonly [key: string]: JsonValue }
          const isItem =
            at < list.length || (at === list.length && (op === 'add' || op === 'copy')) || path.endsWith('-')
          if (!isItem) continue
          const change = changeOf(value, (member) => document[member])
          if (change === undefined) throw new Error('it fits')
          writes.push({ change, name })
          list = (applyPatch(document, [value])['state'] as { list: string[] }).list
        }
        for (const [index, item] of list.entries()) {
          let keys: readonly string[] = ['state', 'list', String(index)]
          let setBy = ['a', 'b', 'c'][index] as string
          for (const { change, name } of writes.toReversed()) {
            const touch = touchOf(change, keys)
            if (touch.did === 'set') {
              setBy = name
              break
            }
            if (touch.did !== 'nothing') throw new Error(touch.did)
            keys = touch.keys
            setBy = ['a', 'b', 'c'][Number(keys[2])] as string
          }
          expect(setBy).toBe(item)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('HIS-27 is taken for one of the root actor unless it begins with a part of the state', () => {
    expect(placeOf('/detachedChildren/writer-1')).toEqual(['state', 'detachedChildren', 'writer-1'])
    expect(placeOf('/context/a')).toEqual(['state', 'root', 'context', 'a'])
    expect(placeOf('/timers/1.t0')).toEqual(['state', 'timers', '1.t0'])
    expect(placeOf('')).toEqual(['state'])
  })
})
