import { randomUUID } from 'node:crypto'
import type {
  JsonValue,
  NewEvent,
  RecordLines,
  ReplayedEvent,
  ReplayedRecord,
  Store,
  StoredEvent,
} from '@refold/core/store'
import { StateReplay, toRevision } from '@refold/core/store'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeFile } from './change-file.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const key = fc.constantFrom('a', 'b', 'value', '0', '1', '-', 'x~1y', 'k7', 'z~19', 'inbox', '<own>', '<last>')
const path = fc.array(key, { maxLength: 3 }).map((tokens) => ['/state', ...tokens].join('/'))
const from = fc.oneof(path, fc.constantFrom('/data', '/data/output', '/data/output/a', '/data/src', '/id'))
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(1, 'x', '<own>', '<id>', '<first>', null, 1_790_000_000_500),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind', '5'), tie('value'), { maxKeys: 3 }),
  ),
})).value
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('add' as const), path, value }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('copy' as const), from, path }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), path }) },
)
/** Few kinds of step, each made again and again: that is what is stored compactly. */
const kinds = fc.array(fc.tuple(fc.array(operation, { maxLength: 4 }), fc.boolean()), { minLength: 1, maxLength: 4 })

describe('replay', () => {
  let scratch: ScratchDirectory
  let store: Store
  beforeEach(() => {
    scratch = scratchDirectory()
    store = sqliteStore(scratch.file)
  })
  afterEach(async () => {
    await store.close()
    scratch.remove()
  })

  test('any records give the state that their events give, from the first record and from the middle', async () => {
    let compact = 0
    await fc.assert(
      fc.asyncProperty(kinds, fc.array(fc.tuple(fc.nat(3), value), { maxLength: 25 }), async (patches, steps) => {
        const stream = `s-${randomUUID()}`
        const events = recordsOf(patches, steps)
        for (const [index, event] of events.entries()) {
          await store.append(stream, [event], { expected: index === 0 ? 'no_stream' : toRevision(index - 1) })
        }
        const stored = await readAll(store, stream)
        const middle = Math.floor(stored.length / 2)
        const replay = new StateReplay(stateOf(stored.slice(0, middle)))
        await store.replay?.(stream, { from: toRevision(middle) }, replay)
        const whole = new StateReplay()
        const count = (): void => void compact++
        await store.replay?.(
          stream,
          {},
          {
            event: (event) => whole.event(event),
            begin: (record) => (count(), whole.begin(record)),
            operation: (...given) => whole.operation(...given),
            end: () => whole.end(),
          },
        )
        for (const result of [replay.result(), whole.result()])
          expect(JSON.stringify(result)).toBe(JSON.stringify(stateOf(stored)))
      }),
      { numRuns: 60 },
    )
    expect(compact, 'else nothing that is stored compactly was tested').toBeGreaterThan(10)
  })

  test('values and payloads that are too long to be read with those of others give the same state', async () => {
    const long = 'ü'.repeat(5_000)
    const events = Array.from({ length: 40 }, (_, index) => {
      const text = index % 3 === 0 ? `${long}${index}` : 'short'
      const patch = [
        { op: 'add', path: '/state', value: { text } },
        { op: 'copy', from: '/data/output', path: `/state/draft` },
      ]
      return record(patch, { id: randomUUID(), output: { text: index % 4 === 0 ? `${long}\n${index}` : 'short' } })
    })
    for (const [index, event] of events.entries())
      await store.append('s-1', [event], { expected: index === 0 ? 'no_stream' : toRevision(index - 1) })
    const stored = await readAll(store, 's-1')
    const replay = new StateReplay()
    const shown: string[] = []
    let compact = 0
    await store.replay?.(
      's-1',
      {},
      {
        event: (event) => replay.event(event),
        begin: (record) => {
          compact++
          if (record.revision > 0) shown.push(JSON.stringify(replay.result()))
          replay.begin(record)
        },
        operation: (...given) => replay.operation(...given),
        end: () => shown.push(JSON.stringify(replay.result())),
      },
    )
    expect(compact).toBeGreaterThan(30)
    const states = stored.map((_, at) => JSON.stringify(stateOf(stored.slice(0, at + 1))))
    expect(shown).toEqual(states.slice(-shown.length))
  })

  test('a replay of more than a page hands out each record once and in order, up to where it is told to go', async () => {
    const events = Array.from({ length: 2600 }, (_, index) =>
      record([{ op: 'add', path: '/state', value: { index } }], { id: randomUUID(), output: index }),
    )
    await store.append('s-1', events, { expected: 'no_stream' })
    const seen: number[] = []
    const target = {
      event: (event: ReplayedEvent) => seen.push(Number(event.revision)),
      begin: ({ revision }: { revision: number }) => seen.push(revision),
      operation: () => {},
      end: () => {},
    }
    await store.replay?.('s-1', { from: toRevision(3), to: toRevision(2400) }, target)
    expect(seen).toEqual(Array.from({ length: 2398 }, (_, index) => index + 3))
    await store.replay?.('s-unknown', {}, target)
    expect(seen).toHaveLength(2398)
  })

  test.each([
    ['a whole page', 'revision BETWEEN 1000 AND 1999'],
    ['the end of a page and all of the next one', 'revision BETWEEN 900 AND 2100'],
    ['all before the last', 'revision < 2599'],
  ])('a replay over a stream without %s fails, and one up to there does not', async (_what, where) => {
    const events = Array.from({ length: 2600 }, (_, index) =>
      record([{ op: 'add', path: '/state', value: { index } }], { id: randomUUID(), output: index }),
    )
    await store.append('s-1', events, { expected: 'no_stream' })
    await store.close()
    changeFile(scratch.file, `DELETE FROM log WHERE ${where}`)
    store = sqliteStore(scratch.file)
    await expect(store.replay?.('s-1', {}, new StateReplay())).rejects.toMatchObject({ code: 'UNREADABLE' })
    if (where.includes('<')) return
    const replay = new StateReplay()
    await store.replay?.('s-1', { to: toRevision(899) }, replay)
    expect(replay.result()).toEqual({ index: 899 })
  })

  test('what is listed of records is what they say, also after the store is closed', async () => {
    const long = 'x'.repeat(5_000)
    const events = Array.from({ length: 1_200 }, (_, index) => {
      const text = index % 100 === 7 ? long : 'short'
      const effect = [`${index - 1}.0`, `${index}.1`, 'same', `${index % 5}.draft`, undefined][index % 5]
      const { metadata, ...event } = record([{ op: 'add', path: '/state', value: { text } }], { id: randomUUID() })
      const { refold } = metadata as { readonly refold: { readonly [key: string]: JsonValue } }
      const input = { kind: 'effect.done', ...(effect === undefined ? undefined : { effect }) }
      const owner = index % 300 === 0 ? { owner: `worker-${index}` } : {}
      return { ...event, metadata: { refold: { ...refold, at: 1_790_000_000_000 + index * 7, input, ...owner } } }
    })
    for (const [index, event] of events.entries())
      await store.append('s-1', [event], { expected: index === 0 ? 'no_stream' : toRevision(index - 1) })
    const pages: RecordLines[] = []
    const owners: unknown[] = []
    let alone = 0
    const begin = (record: ReplayedRecord): void => {
      if (record.page === undefined) alone++
      else pages[record.revision] = record.page
      if (record.owner() !== undefined) owners.push(record.owner())
    }
    const target = { event: () => {}, begin, operation: () => {}, end: () => {} }
    await store.replay?.('s-1', { lists: true }, target)
    await store.close()
    expect(alone, 'those with long values').toBe(12)
    expect(owners).toContain('worker-900')
    for (const [revision, page] of pages.entries()) {
      if (page === undefined) continue
      const { id, type, metadata } = events[revision] as NewEvent
      const { at, input } = (metadata as { readonly refold: { readonly at: number; readonly input: object } }).refold
      const told = { kind: page.kindOf(revision), effect: page.aboutOf(revision) }
      expect([page.idOf(revision), page.typeOf(revision), page.timeOf(revision)]).toEqual([id, type, at])
      expect(told).toEqual(input)
      expect([page.revisionOf(id), page.revisionOf(randomUUID())]).toEqual([revision, undefined])
    }
    store = sqliteStore(scratch.file)
  })

  test('what the target throws ends the replay', async () => {
    await store.append('s-1', [record([], { id: randomUUID(), output: 1 })], { expected: 'no_stream' })
    const fail = (): never => {
      throw new RangeError('enough')
    }
    await expect(store.replay?.('s-1', {}, { event: fail, begin: fail, operation: fail, end: fail })).rejects.toThrow(
      'enough',
    )
  })
})

/** Those of the steps that fit the state they meet. */
function recordsOf(
  patches: readonly (readonly [readonly object[], boolean])[],
  steps: readonly (readonly [number, JsonValue])[],
): readonly NewEvent[] {
  const ids = steps.map(() => randomUUID())
  const first = record([{ op: 'add', path: '/state', value: { a: {}, b: [1] } }], { id: randomUUID(), output: null })
  const events = [first]
  let state = stateOf(events)
  for (const [at, [which, output]] of steps.entries()) {
    const [patch, withOutput] = patches[which % patches.length] ?? [[], false]
    const id = ids[at] as string
    const text = JSON.stringify(patch)
      .replaceAll('<own>', `${events.length}.0`)
      .replaceAll('<last>', `${events.length - 1}.0`)
    const filled = JSON.parse(text.replaceAll('<id>', id).replaceAll('<first>', first.id)) as readonly object[]
    const event = record(filled, withOutput ? { id, output } : { id })
    const replay = new StateReplay(state)
    try {
      replay.event({ ...event, stream: 's', revision: toRevision(0) } as StoredEvent)
    } catch {
      continue
    }
    state = replay.result()
    events.push(event)
  }
  return events
}

function stateOf(events: readonly NewEvent[]) {
  const replay = new StateReplay()
  for (const event of structuredClone(events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))))
    replay.event(event as StoredEvent)
  return replay.result()
}

function record(patch: readonly object[], { id, output }: { id: string; output?: JsonValue }): NewEvent {
  const body = { patch } as unknown as JsonValue
  return {
    id,
    type: 'refold.effect.done',
    data: output === undefined ? { src: 'draft' } : { src: 'draft', output },
    metadata: { refold: { v: 0, agent: 's@1', at: 1_790_000_000_000, input: { kind: 'effect.done' }, body } },
  }
}

async function readAll(store: Store, stream: string): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.read(stream)) events.push(...page)
  return events
}
