import { describe, expect, it } from 'vitest'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { fold, Folder, type FoldableEvent } from './fold.js'
import { headerOf, recordHeader } from './header.js'

const text = JSON.stringify

function record(
  patch: readonly PatchOperation[],
  more: { data?: JsonValue; v?: number; body?: JsonValue } = {},
): FoldableEvent {
  const refold = { v: more.v ?? 0, agent: 'research@1', at: 1, input: { kind: 'event' }, body: more.body ?? { patch } }
  return JSON.parse(text({ id: 'e1', data: more.data ?? null, metadata: { refold } })) as FoldableEvent
}

const started = record([{ op: 'add', path: '/state', value: { root: { context: { n: 0, list: [] } } } as JsonValue }])
const counted = record(
  [
    { op: 'replace', path: '/state/root/context/n', value: 1 },
    { op: 'copy', from: '/data/output', path: '/state/root/context/list/-' },
  ],
  { data: { output: { big: 1 } } },
)

describe('fold', () => {
  it('FOLD-1 builds the state from nothing, record by record', () => {
    const first = fold(undefined, started)
    expect(text(first)).toBe('{"root":{"context":{"n":0,"list":[]}}}')
    expect(text(fold(first, counted))).toBe('{"root":{"context":{"n":1,"list":[{"big":1}]}}}')
    expect(text(first)).toBe('{"root":{"context":{"n":0,"list":[]}}}')
  })

  it('lets a patch copy the id of its own event', () => {
    const stamped = record([{ op: 'copy', from: '/id', path: '/state/root/by' }])
    expect(text(fold(fold(undefined, started), stamped))).toBe('{"root":{"context":{"n":0,"list":[]},"by":"e1"}}')
  })

  it.each<[string, JsonValue]>([
    ['nothing', null],
    ['a text', 'refold'],
    ['another team’s metadata', { $correlationId: 'x', refold: true }],
  ])('FOLD-2 takes a record with %s as metadata for a foreign one, which changes nothing', (_title, metadata) => {
    const state = fold(undefined, started)
    expect(headerOf(metadata)).toBeUndefined()
    expect(fold(state, { id: 'x', data: { state: 1 }, metadata })).toBe(state)
    const folder = new Folder(state)
    expect(folder.add({ id: 'x', data: null, metadata })).toBe('foreign')
    expect([folder.result(), folder.foreign]).toEqual([state, 1])
  })

  it.each<[string, JsonValue]>([
    ['a header without an agent', { refold: { v: 0, at: 1, input: { kind: 'event' }, body: { patch: [] } } }],
    ['a header without an input', { refold: { v: 0, agent: 'a@1', at: 1, body: { patch: [] } } }],
    [
      'a version that is none',
      { refold: { v: '0', agent: 'a@1', at: 1, input: { kind: 'event' }, body: { patch: [] } } },
    ],
    [
      'a header without a time',
      { refold: { v: 0, agent: 'a@1', at: 'x', input: { kind: 'event' }, body: { patch: [] } } },
    ],
    ['an empty header', { refold: {} }],
  ])('FOLD-15 stops at %s: it is damaged, and not foreign', (_title, metadata) => {
    const event = { id: 'x', data: null, metadata }
    expect(headerOf(metadata)).toBeUndefined()
    expect(() => fold(fold(undefined, started), event)).toThrow(
      expect.objectContaining({ code: 'UNREADABLE' }) as Error,
    )
    expect(() => recordHeader(event)).toThrow('no readable header')
  })

  it('FOLD-3 stops at a record of a newer format, whatever its body is', () => {
    expect(() => fold(undefined, record([], { v: 1, body: { delta: [] } }))).toThrow(
      expect.objectContaining({ code: 'NEWER_FORMAT', facts: { event: 'e1', format: 1 } }),
    )
  })

  it.each<[string, FoldableEvent]>([
    ['is still encoded', record([], { body: 'AAEC' })],
    ['has no patch', record([], { body: {} })],
    ['patches what is not there', record([{ op: 'replace', path: '/state/nothing/here', value: 1 }])],
    ['writes to its data', record([{ op: 'add', path: '/data/x', value: 1 }], { data: {} })],
    ['writes to a neighbour of the state', record([{ op: 'add', path: '/statement', value: 1 }])],
    ['has an operation without a path', record([{ op: 'remove' } as never])],
    ['has nothing in the place of an operation', record([null as never])],
  ])('FOLD-3 FOLD-4 stops at a record that %s, and leaves the state as it was', (_title, event) => {
    const state = fold(undefined, started)
    const before = text(state)
    expect(() => fold(state, event)).toThrow(expect.objectContaining({ code: 'UNREADABLE' }))
    expect(text(state)).toBe(before)
  })
})

describe('Folder', () => {
  it('gives what folding one by one gives, and a state that later records leave alone', () => {
    const folder = new Folder()
    let state = fold(undefined, started)
    folder.add(started)
    for (let count = 0; count < 50; count++) {
      folder.add(counted)
      state = fold(state, counted)
    }
    const result = folder.result()
    expect(text(result)).toBe(text(state))
    folder.add(counted)
    expect(text(result)).toBe(text(state))
    expect(text(folder.result())).toBe(text(fold(state, counted)))
  })

  it('never writes the records: they fold to the same state again', () => {
    const filled = record([{ op: 'add', path: '/state/root/context/box', value: { items: [] } }])
    const more = record([{ op: 'add', path: '/state/root/context/box/items/-', value: 1 }])
    const folder = new Folder()
    for (const event of [started, filled, more, more]) folder.add(event)
    expect(text(folder.result())).toBe('{"root":{"context":{"n":0,"list":[],"box":{"items":[1,1]}}}}')
    expect(text([filled, more])).toBe(
      text([
        record([{ op: 'add', path: '/state/root/context/box', value: { items: [] } }]),
        record([{ op: 'add', path: '/state/root/context/box/items/-', value: 1 }]),
      ]),
    )
  })

  it('holds no state before the first record', () => {
    expect(new Folder().result()).toBeUndefined()
  })
})
