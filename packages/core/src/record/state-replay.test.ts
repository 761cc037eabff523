import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { Folder } from './fold.js'
import { toPosition, toRevision } from './revision.js'
import type { StateDocument } from './state-document.js'
import type { StoredEvent } from '../store/port.js'
import type { ReplayedRecord } from './replay.js'
import { StateReplay } from './state-replay.js'

const keys = fc.constantFrom('a', 'b', '0', '1', '-', '3.0', 'x~1y', 'list')
const path = fc.array(keys, { maxLength: 3 }).map((tokens) => ['/state', ...tokens].join('/'))
const from = fc.oneof(path, fc.constantFrom('/data', '/data/output', '/data/output/a', '/id', '/nothing'))
const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(1, 'x', null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
  ),
})).value
const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('add' as const), path, value }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('copy' as const), path, from }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('replace' as const), path, value }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), path }) },
)

describe('a replay', () => {
  test('gives what a fold gives, key order included, and refuses what a fold refuses', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(operation, { maxLength: 4 }), value), { maxLength: 12 }), (steps) => {
        let state: StateDocument | undefined = { list: [1, { a: [] }], a: {} } as unknown as StateDocument
        const given = JSON.stringify(state)
        let replay = new StateReplay(state)
        const handedOut: (readonly [StateDocument | undefined, string])[] = []
        for (const [patch, output] of steps) {
          const event = recordOf(patch, output)
          const folded = attempt(() => fold(state, event))
          const replayed = attempt(() => (replay.event(event), replay.result()))
          expect(replayed.ok).toBe(folded.ok)
          if (!folded.ok) {
            replay = new StateReplay(state)
            continue
          }
          state = folded.value
          expect(JSON.stringify(replayed.value)).toBe(JSON.stringify(state))
          handedOut.push([replayed.value, JSON.stringify(replayed.value)])
        }
        for (const [shown, text] of handedOut) expect(JSON.stringify(shown)).toBe(text)
        expect(given).toBe('{"list":[1,{"a":[]}],"a":{}}')
      }),
      { numRuns: 2000 },
    )
  })

  test('STEP-13 gives an object that was copied into a second place as another one there, as a fold does', () => {
    const patch: readonly PatchOperation[] = [
      { op: 'add', path: '/state', value: { context: { list: [{ id: 1 }] }, effects: {} } },
      { op: 'copy', from: '/data/output', path: '/state/context/draft' },
      { op: 'copy', from: '/data/output', path: '/state/context/again' },
      { op: 'add', path: '/state/context/list/-', value: { id: 2 } },
      { op: 'copy', from: '/state/context/list', path: '/state/context/same' },
      { op: 'copy', from: '/state/context/list/0', path: '/state/context/first' },
    ]
    const replay = new StateReplay()
    replay.event(recordOf(patch, { text: 'a' }))
    const { context } = replay.result() as unknown as { readonly context: { readonly [place: string]: JsonValue } }
    expect(context).toEqual({
      list: [{ id: 1 }, { id: 2 }],
      draft: { text: 'a' },
      again: { text: 'a' },
      same: [{ id: 1 }, { id: 2 }],
      first: { id: 1 },
    })
    const objects = Object.values(context).flatMap((value) => (Array.isArray(value) ? [value, ...value] : [value]))
    expect(new Set(objects).size).toBe(objects.length)
  })

  test('writes where an operation that comes again and again points to then, whatever moved since', () => {
    const replay = new StateReplay({ list: [{ at: 'a' }, { at: 'b' }], kept: null } as unknown as StateDocument)
    const first = { op: 'add', keys: ['state', 'list', '0', 'n'], from: undefined, fixed: 4 } as const
    const once = (op: 'add' | 'remove' | 'copy', keys: readonly string[], value?: JsonValue, from?: string[]): void =>
      replay.operation({ op, keys, from }, value)
    replay.begin({ id: 'x', data: () => null } as unknown as ReplayedRecord)
    replay.operation(first, 1)
    once('add', ['state', 'list', '0'], { at: 'new' })
    replay.operation(first, 2)
    once('copy', ['state', 'kept'], undefined, ['state', 'list'])
    replay.operation(first, 3)
    const before = JSON.stringify(replay.result())
    once('remove', ['state', 'list', '1'])
    once('remove', ['state', 'list', '0'])
    const shown = replay.result()
    replay.operation(first, 4)
    expect(before).toBe(
      '{"list":[{"at":"new","n":3},{"at":"a","n":1},{"at":"b"}],"kept":[{"at":"new","n":2},{"at":"a","n":1},{"at":"b"}]}',
    )
    expect(JSON.stringify(shown)).toBe('{"list":[{"at":"b"}],"kept":[{"at":"new","n":2},{"at":"a","n":1},{"at":"b"}]}')
    expect(JSON.stringify(replay.result())).toBe(
      '{"list":[{"at":"b","n":4}],"kept":[{"at":"new","n":2},{"at":"a","n":1},{"at":"b"}]}',
    )
  })

  test('counts events that are no records, and refuses records of a newer release', () => {
    const replay = new StateReplay()
    replay.event({ ...recordOf([], null), metadata: {} })
    expect([replay.foreign, replay.result()]).toEqual([1, undefined])
    const newer = recordOf([{ op: 'add', path: '/state', value: {} }], null, { v: 99 })
    expect(() => replay.event(newer)).toThrow(expect.objectContaining({ code: 'NEWER_FORMAT' }))
  })

  test('puts a payload in place unmade, and makes it when someone writes into it', () => {
    const replay = new StateReplay({ context: {}, effects: {} } as unknown as StateDocument)
    const payload = '{"list":[1],"z":1,"a":2}'
    replay.begin({
      revision: 1,
      type: 'x',
      kind: 'event',
      at: 1,
      about: () => undefined,
      owner: () => undefined,
      id: 'x',
      data: () => JSON.parse(`{"output":${payload}}`),
      payloadKey: 'output',
      makePayload: () => JSON.parse(payload),
      make: () => null,
    })
    replay.operation({ op: 'copy', keys: ['state', 'context', 'draft'], from: ['data', 'output'] }, undefined)
    replay.operation({ op: 'copy', keys: ['state', 'effects', 'input'], from: ['state', 'context'] }, undefined)
    replay.operation({ op: 'add', keys: ['state', 'context', 'draft', 'list', '-'], from: undefined }, 2)
    expect(JSON.stringify(replay.result())).toBe(
      '{"context":{"draft":{"list":[1,2],"z":1,"a":2}},"effects":{"input":{"draft":{"list":[1],"z":1,"a":2}}}}',
    )
  })
})

function recordOf(patch: readonly PatchOperation[], output: JsonValue, { v = 0 }: { v?: number } = {}): StoredEvent {
  const refold = { v, agent: 's@1', at: 1, input: { kind: 'x' }, body: { patch: structuredClone(patch) } }
  return {
    stream: 's-1',
    revision: toRevision(0),
    position: toPosition(0),
    id: 'id',
    type: 'x',
    data: { output },
    metadata: { refold },
  }
}

function fold(state: StateDocument | undefined, event: StoredEvent): StateDocument | undefined {
  const folder = new Folder(state)
  folder.add(event)
  return folder.result()
}

function attempt<T>(run: () => T): { readonly ok: boolean; readonly value: T | undefined } {
  try {
    return { ok: true, value: run() }
  } catch {
    return { ok: false, value: undefined }
  }
}
