import { describe, expect, it } from 'vitest'
import { diff } from './diff.js'
import type { JsonValue, PatchOperation } from './json-value.js'
import { applyPatch } from './patch.js'

const LONG = (name: string): JsonValue => ({
  role: 'user',
  content: `${name}: a message that is long enough to be worth a copy, as most of them are, and then some more`,
})

/** The patch, after a check that it does what it should. */
function patchFor(before: JsonValue, after: JsonValue, data: JsonValue = null): PatchOperation[] {
  const patch = diff(before, after, { path: '/state', data })
  expect(JSON.stringify(applyPatch({ state: before, data }, patch)['state'])).toBe(JSON.stringify(after))
  return patch
}

describe('diff of objects', () => {
  it('REC-5 writes what changed and nothing else', () => {
    const same = { deep: ['x'] }
    expect(patchFor({ a: 1, b: 2, same }, { a: 1, b: 3, same })).toEqual([
      { op: 'replace', path: '/state/b', value: 3 },
    ])
    expect(patchFor({ a: 1, b: { c: 1, 'd/e': 2 }, same }, { a: 1, b: { c: 1 }, same })).toEqual([
      { op: 'remove', path: '/state/b/d~1e' },
    ])
    expect(patchFor({ a: 1 }, { a: 1, n: null })).toEqual([{ op: 'add', path: '/state/n', value: null }])
  })

  it('REC-5 never looks into what is the same reference', () => {
    const untouchable = new Proxy(
      {},
      { ownKeys: () => expect.unreachable(), get: () => expect.unreachable() },
    ) as JsonValue
    expect(diff({ a: untouchable, n: 1 }, { a: untouchable, n: 2 }, { path: '/state' })).toEqual([
      { op: 'replace', path: '/state/n', value: 2 },
    ])
  })

  it.each([
    [
      'a key that moved behind others',
      { a: LONG('a'), b: LONG('b'), c: LONG('c') },
      { b: LONG('b'), c: LONG('c'), a: LONG('a') },
    ],
    ['a new key in the middle', { a: 1, c: 3 }, { a: 1, b: 2, c: 3 }],
    ['reversed keys', { a: 1, b: 2, c: 3 }, { c: 3, b: 2, a: 1 }],
    ['whole numbers, which come first', { b: 1, 10: 1 }, { 2: 1, 10: 1, b: 1, '07': 1 }],
    ['a key taken out and put back at the end', { a: 1, b: 2 }, { b: 2, a: 5 }],
    ['keys that objects inherit', { a: 1 }, { a: 1, toString: 2, hasOwnProperty: { valueOf: 3 } }],
  ])('REC-3 keeps the order of keys: %s', (_title, before, after) => {
    expect(patchFor(before as unknown as JsonValue, after as unknown as JsonValue)).not.toEqual([])
  })

  it('REC-5 moves no key for a whole number, which comes first by itself', () => {
    const text = LONG('a')
    expect(patchFor({ 10: 1, text }, { 2: 2, 10: 1, text })).toEqual([{ op: 'add', path: '/state/2', value: 2 }])
  })

  it('replaces a small object whole when its members would take more room', () => {
    expect(patchFor({ p: { a: 1, b: 2, c: 3, d: 4 } }, { p: { a: 2, b: 3, c: 4, d: 5 } })).toEqual([
      { op: 'replace', path: '/state/p', value: { a: 2, b: 3, c: 4, d: 5 } },
    ])
  })
})

describe('diff of arrays', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(LONG) as [JsonValue, JsonValue, JsonValue, JsonValue]

  it.each<[string, JsonValue[], JsonValue[], string[]]>([
    ['appends to a transcript', [a, b], [a, b, c, d], ['add /state/-', 'add /state/-']],
    ['slides a window', [a, b, c], [b, c, d], ['remove /state/0', 'add /state/-']],
    ['slides a window below a first item that is pinned', [a, b, c], [a, c, d], ['remove /state/1', 'add /state/-']],
    ['cuts the end', [a, b, c], [a], ['remove /state/2', 'remove /state/1']],
    ['removes scattered items', [a, b, c, d], [b, d], ['remove /state/0', 'remove /state/1']],
    ['inserts in front', [b, c], [a, b, c], ['add /state/0']],
    [
      'changes one item in place',
      [a, { ...(b as object), n: 1 }, c],
      [a, { ...(b as object), n: 2 }, c],
      ['replace /state/1/n'],
    ],
    ['replaces one item by another', [a, 1, c], [a, d, c], ['replace /state/1']],
  ])('REC-5 %s', (_title, before, after, expected) => {
    expect(patchFor(before, after).map(({ op, path }) => `${op} ${path}`)).toEqual(expected)
  })

  it('removes before it copies where a copy would insert', () => {
    const data = { output: a }
    expect(patchFor([1, b], [a, b], data)).toEqual([
      { op: 'remove', path: '/state/0' },
      { op: 'copy', from: '/data/output', path: '/state/0' },
    ])
  })
})

describe('diff with a payload', () => {
  const output = { title: 'a result that is long enough', list: [LONG('x'), LONG('y')] }
  const data: JsonValue = { src: 'work', output }

  it('REC-4 copies what came with it, whole or in part, and strings by value', () => {
    expect(patchFor({ results: [] }, { results: [output] }, data)).toEqual([
      { op: 'copy', from: '/data/output', path: '/state/results/-' },
    ])
    expect(patchFor({ last: null }, { last: output.list[1] as JsonValue }, data)).toEqual([
      { op: 'copy', from: '/data/output/list/1', path: '/state/last' },
    ])
    expect(patchFor({ t: '' }, { t: 'a result that is long enough' }, data)).toEqual([
      { op: 'copy', from: '/data/output/title', path: '/state/t' },
    ])
  })

  it('REC-4 copies what came with it into new values around it', () => {
    const patch = patchFor(
      { all: [] },
      { all: [{ at: 1, got: [output.list[0] as JsonValue, 2, output.list[1] as JsonValue] }] },
      data,
    )
    expect(patch).toEqual([
      { op: 'add', path: '/state/all/-', value: { at: 1, got: [2] } },
      { op: 'copy', from: '/data/output/list/0', path: '/state/all/0/got/0' },
      { op: 'copy', from: '/data/output/list/1', path: '/state/all/0/got/2' },
    ])
  })

  it('writes what is shorter than a copy of it', () => {
    const tiny = { a: 1 }
    expect(patchFor({ v: [] }, { v: [tiny] }, { output: tiny })).toEqual([
      { op: 'add', path: '/state/v/-', value: { a: 1 } },
    ])
  })
})

describe('diff with what stands in the state', () => {
  const draft = LONG('draft')
  const tasks = ['one', 'two', 'three'].map(LONG)

  it('REC-4 copies a member that moves to another place', () => {
    expect(patchFor({ draft, history: [1] }, { draft: null, history: [1, draft] })).toEqual([
      { op: 'copy', from: '/state/draft', path: '/state/history/-' },
      { op: 'replace', path: '/state/draft', value: null },
    ])
  })

  it('REC-4 copies an item that goes from one queue to another', () => {
    expect(patchFor({ todo: tasks, done: [] }, { todo: tasks.slice(1), done: [tasks[0] as JsonValue] })).toEqual([
      { op: 'copy', from: '/state/todo/0', path: '/state/done/-' },
      { op: 'remove', path: '/state/todo/0' },
    ])
  })

  it('copies a renamed member before it removes it', () => {
    expect(patchFor({ draft, n: 1 }, { n: 1, final: draft })).toEqual([
      { op: 'copy', from: '/state/draft', path: '/state/final' },
      { op: 'remove', path: '/state/draft' },
    ])
  })
})
