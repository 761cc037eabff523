import { describe, expect, test, vi } from 'vitest'
import { applyPatch } from '../json/patch.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { agentLog } from '../log/agent-log.js'
import { fold } from '../record/fold.js'
import { toRevision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import { memoryStore } from '../store/memory-store.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'

async function eventsOf(store: Store, stream: string): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.read(stream)) events.push(...page)
  return events
}

async function statesOf(store: Store, stream: string): Promise<readonly StateDocument[]> {
  let state: StateDocument | undefined
  return (await eventsOf(store, stream)).map((event) => (state = fold(state, event)) as StateDocument)
}

/** A store with these events in one stream. */
async function storeOf(events: readonly NewEvent[], stream = 'research-42'): Promise<Store> {
  const store = memoryStore()
  await store.append(
    stream,
    events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
    {
      expected: 'no_stream',
    },
  )
  return store
}

describe('openHistory', () => {
  test('HIS-20 needs neither the definition nor a runtime, and writes nothing', async () => {
    const store = await researched()
    const writes = [vi.spyOn(store, 'append'), vi.spyOn(store.registers, 'put'), vi.spyOn(store.registers, 'remove')]
    const history = await openHistory(store, 'research-42')
    expect([history.agent, history.first, history.last, history.lastState, history.trouble]).toEqual([
      { name: 'research', id: '42' },
      0,
      5,
      5,
      undefined,
    ])
    await history.at(3)
    await history.find(() => true)
    await history.diff(0, 5)
    await history.cursor().to(2)
    for (const write of writes) expect(write).not.toHaveBeenCalled()
    expect((await openHistory(store, { name: 'writer', id: '7' })).last).toBe(1)
  })

  test('HIS-20 of an agent that is not there is NOT_FOUND', async () => {
    const store = memoryStore()
    const foreign = { id: crypto.randomUUID(), type: 'note', data: {}, metadata: null }
    await store.append('notes-1', [foreign], { expected: 'no_stream' })
    for (const stream of ['reserch-42', '', 'notes-1'])
      await expect(openHistory(store, stream)).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { stream } })
  })
})

describe('records', () => {
  test('HIS-21 are told apart by their kind, in order, as plain JSON', async () => {
    const history = await openHistory(await researched(), 'research-42')
    const records = []
    for await (const record of history.records()) records.push(record)
    expect(records.map(({ revision, kind }) => [revision, kind])).toEqual([
      [0, 'started'],
      [1, 'event'],
      [2, 'event'],
      [3, 'attempt.failed'],
      [4, 'effect.done'],
      [5, 'message.acknowledged'],
    ])
    expect(JSON.parse(JSON.stringify(records))).toEqual(records)
    const done = await history.record(4)
    if (done.kind !== 'effect.done') throw new Error(done.kind)
    expect([done.effect, done.data.src, done.data.output]).toEqual([
      '2.0',
      'callModel',
      expect.objectContaining({ text: expect.stringContaining('blue') }),
    ])
    expect(await history.record(2)).toMatchObject({
      type: 'ask',
      by: 'ada',
      reason: 'a child asked',
      active: ['thinking'],
    })
    const writer = await openHistory(await researched(), 'writer-7')
    expect(await writer.record(1)).toMatchObject({ kind: 'message', from: { name: 'research', id: '42' }, seq: 1 })
  })

  test('HIS-21 are listed in a few words, by a range, without reading', async () => {
    const store = await researched()
    const history = await openHistory(store, 'research-42')
    const read = vi.spyOn(store, 'read')
    expect(history.outline({ from: 3, to: 4 })).toMatchObject([
      { revision: 3, kind: 'attempt.failed', effect: '2.0' },
      { revision: 4, kind: 'effect.done', type: 'refold.effect.done' },
    ])
    expect(history.outline().length).toBe(6)
    expect(history.outline({ from: 9, to: 7 })).toEqual([])
    expect(history.outline({ from: 3n, to: 4n })).toEqual(history.outline({ from: 3, to: 4 }))
    expect(read).not.toHaveBeenCalled()
    const some = []
    for await (const { revision } of history.records({ from: 4n, to: 99n })) some.push(revision)
    expect(some).toEqual([4, 5])
  })

  test('HIS-21 that are foreign are shown, and change nothing', async () => {
    const store = await researched()
    const foreign = { id: crypto.randomUUID(), type: 'note', data: { hi: 1 }, metadata: null }
    await store.append('research-42', [foreign], { expected: toRevision(5) })
    const history = await openHistory(store, 'research-42')
    expect(await history.record(6)).toMatchObject({ kind: 'foreign', data: { hi: 1 }, metadata: null })
    expect(await history.diff(5, 6)).toEqual([])
  })
})

describe('the state at a point', () => {
  test('HIS-22 of each revision is what the fold gives, and of a time that of the last record at or before it', async () => {
    const store = await researched()
    const states = await statesOf(store, 'research-42')
    const history = await openHistory(store, 'research-42')
    for (const [revision, state] of states.entries()) {
      expect((await history.at(revision)).document).toEqual(state)
      expect((await history.at(BigInt(revision))).document).toEqual(state)
    }
    const { at } = await history.record(2)
    const point = await history.at({ at })
    expect([point.revision >= 2, point.at]).toEqual([true, at])
    expect(await history.at({ at: at + 1e9 })).toMatchObject({ revision: 5, active: ['answered'], status: 'active' })
  })

  test('HIS-22 beyond the end, before the start, and what is no point of a history, have a code of their own', async () => {
    const history = await openHistory(await researched(), 'research-42')
    await expect(history.at(6)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Its last revision is 5.' })
    await expect(history.at(-1)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(history.at({ at: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(history.record(99)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const wrong of [Number.NaN, 1.5, 'x', null, { at: 'now' }, {}])
      await expect(history.at(wrong as number)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('HIS-23 the difference of two leads from the one to the other, in either direction', async () => {
    const store = await researched()
    const states = await statesOf(store, 'research-42')
    const history = await openHistory(store, 'research-42')
    for (const [from, before] of states.entries())
      for (const [to, after] of states.entries()) {
        const patch = (await history.diff(from, to)).map((operation) => ({
          ...operation,
          path: `/state${operation.path}`,
          ...('from' in operation ? { from: `/state${operation.from}` } : undefined),
        }))
        const document = { state: before as unknown as JsonValue }
        expect(applyPatch(document, patch)['state']).toEqual(after)
      }
    await expect(history.diff(0, 99)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('HIS-22 is the same for codecs, and upcasters change what records show of outside events alone', async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1)
    const codec = { name: 'flip', encode: (plain: Uint8Array) => ({ bytes: flip(plain) }), decode: flip }
    const plain = await researched()
    const store = memoryStore()
    const log = agentLog(store, { codecs: [codec] })
    const events = await eventsOf(plain, 'research-42')
    const news = events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))
    await log.append('research-42', await log.seal('research-42', news), { expected: 'no_stream' })
    const upcaster = { type: 'ask', upcast: () => ({ type: 'ask', data: { question: 'older' } }) }
    const history = await openHistory(store, 'research-42', { codecs: [codec], upcasters: [upcaster] })
    expect(await history.record(2)).toMatchObject({ data: { question: 'older' } })
    expect((await history.at(5)).document).toEqual((await statesOf(plain, 'research-42')).at(-1))

    const sealed = await openHistory(store, 'research-42')
    expect(sealed.trouble).toMatchObject({ revision: 0, error: { code: 'UNREADABLE' } })
    const why = { code: 'UNREADABLE', hint: expect.stringContaining('the same codecs') as string }
    for (const asked of [sealed.at(0), sealed.at(sealed.lastState), sealed.blame('/context')])
      await expect(asked).rejects.toMatchObject(why)
    expect(sealed.trouble?.error.message).toContain('encoded by "flip"')
    expect(sealed.outline().map(({ type }) => type)).toEqual(history.outline().map(({ type }) => type))
    expect(await sealed.record(2)).toMatchObject({ type: 'ask', by: 'ada', active: ['thinking'] })
    expect(await sealed.record(2)).not.toHaveProperty('patch')
    expect((await sealed.explain(4)).chain.map(({ revision, because }) => [revision, because])).toEqual([
      [4, 'effect'],
      [2, undefined],
    ])
    const failing = { type: 'ask', upcast: () => Promise.reject(new Error('never asked')) as never }
    const unread = await openHistory(store, 'research-42', { upcasters: [failing] })
    expect(await unread.record(2)).toMatchObject({ by: 'ada' })
  })
})

describe('a damaged stream', () => {
  const damaged = async (change: (events: NewEvent[]) => NewEvent[]): Promise<Store> =>
    storeOf(change([...(await eventsOf(await researched(), 'research-42'))]))
  const withPatch = (event: NewEvent | undefined, patch: JsonValue, v = 0): NewEvent => {
    const metadata = (event as NewEvent).metadata as JsonObject
    const refold = { ...(metadata['refold'] as JsonObject), v, body: { patch } }
    return { ...(event as NewEvent), metadata: { ...metadata, refold } }
  }

  test.each([
    ['a patch that does not fit', [{ op: 'replace', path: '/state/none/x', value: 1 }], 0, 'UNREADABLE'],
    ['a patch that is no list', 'gone', 0, 'UNREADABLE'],
    ['a patch that reaches for a prototype', [{ op: 'add', path: '/state/__proto__', value: 1 }], 0, 'UNREADABLE'],
    ['a newer format', [], 7, 'NEWER_FORMAT'],
  ] as const)('HIS-31 by %s is shown up to there, then the error has its code', async (_name, patch, v, code) => {
    const store = await damaged((events) =>
      events.map((event, at) => (at === 3 ? withPatch(event, patch as JsonValue, v) : event)),
    )
    const history = await openHistory(store, 'research-42')
    expect([history.last, history.lastState]).toEqual([5, 2])
    expect(history.trouble).toMatchObject({ revision: 3, error: { code } })
    expect((await history.at(2)).active).toEqual(['thinking'])
    await expect(history.at(3)).rejects.toMatchObject({ code })
    await expect(history.at(5)).rejects.toMatchObject({ code })
    expect(await history.record(3)).toMatchObject({ kind: 'attempt.failed' })
    expect(history.outline().map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5])
    expect(await history.find((state) => state.root.value === 'thinking')).toEqual([{ revision: 2, becomes: true }])
    const cursor = history.cursor()
    await cursor.to(1)
    await expect(cursor.to(4)).rejects.toMatchObject({ code })
    expect([cursor.revision, await cursor.forward(), await cursor.forward()]).toEqual([1, true, false])
  })

  test('HIS-31 that became no state of an agent is UNREADABLE where it is asked for', async () => {
    const store = await damaged((events) =>
      events.map((event, at) =>
        at === 3 ? withPatch(event, [{ op: 'replace', path: '/state/effects', value: 5 }]) : event,
      ),
    )
    const history = await openHistory(store, 'research-42')
    expect((await history.at(2)).active).toEqual(['thinking'])
    await expect(history.at(3)).rejects.toMatchObject({ code: 'UNREADABLE', facts: { revision: 3 } })
  })

  test('HIS-31 without its first records, or with some cut out, says which', async () => {
    const events = await eventsOf(await researched(), 'research-42')
    const without = (gone: readonly number[]) => ({
      read: async function* (_stream: string, { from = toRevision(0), limit = 1e9 } = {}) {
        yield events.filter(({ revision }) => revision >= from && !gone.includes(Number(revision))).slice(0, limit)
      },
    })
    const beheaded = await openHistory(without([0, 1]), 'research-42')
    expect([beheaded.first, beheaded.last, beheaded.lastState]).toEqual([2, 5, -1])
    expect(beheaded.trouble?.error.message).toContain('records 0 to 1 of research-42 are gone')
    await expect(beheaded.at(4)).rejects.toMatchObject({ code: 'UNREADABLE' })
    await expect(beheaded.at(0)).rejects.toMatchObject({ code: 'UNREADABLE' })
    expect(await beheaded.record(4)).toMatchObject({ kind: 'effect.done' })

    const cut = await openHistory(without([3]), 'research-42')
    expect([cut.last, cut.lastState, cut.trouble?.revision]).toEqual([2, 2, 3])
    expect((await cut.at(2)).active).toEqual(['thinking'])
    await expect(cut.at(4)).rejects.toMatchObject({ code: 'UNREADABLE' })
    await expect(cut.record(4)).rejects.toMatchObject({ code: 'UNREADABLE' })
  })
})

describe('following', () => {
  test('HIS-32 gives each revision that is appended, and every question sees it', async () => {
    const store = await researched()
    const history = await openHistory(store, 'writer-7')
    const before = await openHistory(store, 'writer-7')
    expect(before.last).toBe(1)
    const events = await eventsOf(store, 'writer-7')
    const [, { metadata }] = events as [StoredEvent, StoredEvent]
    const { $correlationId, refold } = metadata as { $correlationId: string; refold: JsonObject }
    const patch = [{ op: 'replace', path: '/state/root/context/text', value: 'again' }]
    const next = {
      id: crypto.randomUUID(),
      type: 'draft',
      data: { text: 'again' },
      metadata: { $correlationId, refold: { ...refold, at: Number(refold['at']) + 5, body: { patch } } },
    }
    const abort = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      for await (const revision of history.follow({ signal: abort.signal })) {
        seen.push(revision)
        if (seen.length === 2) abort.abort()
      }
    })()
    await history.at(1)
    await store.append('writer-7', [next], { expected: toRevision(1) })
    await store.append('writer-7', [{ ...next, id: crypto.randomUUID() }], { expected: toRevision(2) })
    await following
    expect([seen, history.last]).toEqual([[2, 3], 3])
    expect((await history.at(3)).context).toEqual({ text: 'again' })
    expect(await history.record(3)).toMatchObject({ kind: 'message' })
    expect(before.last).toBe(1)
  })
})
