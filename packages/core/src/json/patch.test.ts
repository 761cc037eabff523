import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diff } from './diff.js'
import type { JsonValue, PatchOperation } from './json-value.js'
import { applyPatch, PatchedDocument } from './patch.js'
import { drawFrom, partsOf, randomEdit, randomJson, randomNumbers } from './random-json.fixture.js'
import { jsonOf } from './to-json.js'

const document = (): never =>
  JSON.parse('{"state":{"a":{"x":1},"list":[1,2],"n":null},"data":{"v":[{"w":1}]}}') as never

describe('applying a patch', () => {
  it.each<[PatchOperation, string]>([
    [{ op: 'add', path: '/state/b', value: 1 }, '{"a":{"x":1},"list":[1,2],"n":null,"b":1}'],
    [{ op: 'add', path: '/state/a', value: 1 }, '{"a":1,"list":[1,2],"n":null}'],
    [{ op: 'add', path: '/state/list/-', value: 3 }, '{"a":{"x":1},"list":[1,2,3],"n":null}'],
    [{ op: 'add', path: '/state/list/0', value: 3 }, '{"a":{"x":1},"list":[3,1,2],"n":null}'],
    [{ op: 'add', path: '/state/list/2', value: 3 }, '{"a":{"x":1},"list":[1,2,3],"n":null}'],
    [{ op: 'replace', path: '/state/list/1', value: 3 }, '{"a":{"x":1},"list":[1,3],"n":null}'],
    [{ op: 'replace', path: '/state/n', value: 3 }, '{"a":{"x":1},"list":[1,2],"n":3}'],
    [{ op: 'remove', path: '/state/list/0' }, '{"a":{"x":1},"list":[2],"n":null}'],
    [{ op: 'remove', path: '/state/a/x' }, '{"a":{},"list":[1,2],"n":null}'],
    [{ op: 'copy', from: '/data/v/0', path: '/state/list/0' }, '{"a":{"x":1},"list":[{"w":1},1,2],"n":null}'],
    [{ op: 'copy', from: '/state/a', path: '/state/a/x' }, '{"a":{"x":{"x":1}},"list":[1,2],"n":null}'],
  ])('does what RFC 6902 says: %j', (operation, text) => {
    expect(JSON.stringify(applyPatch(document(), [operation])['state'])).toBe(text)
  })

  it.each<[PatchOperation | { op: string; path: string }]>([
    [{ op: 'replace', path: '/state/b', value: 1 }],
    [{ op: 'remove', path: '/state/b' }],
    [{ op: 'remove', path: '/state/list/-' }],
    [{ op: 'remove', path: '/state/list/2' }],
    [{ op: 'add', path: '/state/list/4', value: 1 }],
    [{ op: 'add', path: '/state/list/01', value: 1 }],
    [{ op: 'add', path: '/state/b/c', value: 1 }],
    [{ op: 'add', path: '/state/toString/c', value: 1 }],
    [{ op: 'add', path: '', value: 1 }],
    [{ op: 'copy', from: '/state/b', path: '/state/c' }],
    [{ op: 'copy', from: '', path: '/state/c' }],
    [{ op: 'move', path: '/state/a' }],
    [{ op: 'add', path: '/state/b' }],
  ])('FOLD-3 refuses what does not fit: %j', (operation) => {
    expect(() => applyPatch(document(), [operation as PatchOperation])).toThrow(
      expect.objectContaining({
        code: 'UNREADABLE',
        facts: expect.objectContaining({ path: operation.path }) as unknown,
      }),
    )
  })

  it.each(['/state/__proto__/polluted', '/state/constructor', '/state/a/prototype/x'])(
    'REC-6 refuses a patch that names %s',
    (path) => {
      expect(() => applyPatch(document(), [{ op: 'add', path, value: 1 }])).toThrow(
        expect.objectContaining({ code: 'UNREADABLE' }),
      )
      expect(() => applyPatch(document(), [{ op: 'copy', from: path, path: '/state/c' }])).toThrow(
        expect.objectContaining({ code: 'UNREADABLE' }),
      )
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    },
  )

  it('shares what it does not touch', () => {
    const before = document() as { state: { a: object; list: object } }
    const after = applyPatch(before as never, [{ op: 'add', path: '/state/a/y', value: 1 }])['state'] as {
      list: object
    }
    expect(after.list).toBe(before.state.list)
  })
})

describe('a document that takes many patches', () => {
  it('never lets two copies of one value share a change', () => {
    const patched = new PatchedDocument({ state: { a: { in: { n: 1 } } } })
    patched.apply([{ op: 'replace', path: '/state/a/in/n', value: 2 }])
    patched.apply([{ op: 'copy', from: '/state/a', path: '/state/b' }])
    patched.apply([{ op: 'replace', path: '/state/b/in/n', value: 3 }])
    patched.apply([{ op: 'replace', path: '/state/a/in/n', value: 4 }])
    patched.apply([
      { op: 'copy', from: '/state/b/in', path: '/state/c' },
      { op: 'add', path: '/state/c/m', value: 5 },
    ])
    expect(patched.get('state')).toEqual({ a: { in: { n: 4 } }, b: { in: { n: 3 } }, c: { n: 3, m: 5 } })
  })

  it('FOLD-4 never writes what it was given, nor what it gave out', () => {
    fc.assert(
      fc.property(randomJson, randomJson, randomNumbers, (start, data, numbers) => {
        const draw = drawFrom(numbers)
        let before = jsonOf({ root: start, other: [start] })
        const given: JsonValue = JSON.parse(JSON.stringify(before)) as never
        const patched = new PatchedDocument({ state: given })
        const kept: { readonly value: unknown; readonly text: string }[] = [
          { value: given, text: JSON.stringify(given) },
        ]
        for (let count = 0; count < 12; count++) {
          const after = jsonOf(randomEdit(before, { draw, parts: [...partsOf(jsonOf(data)), ...partsOf(before)] }))
          const patch = diff(before, after, { path: '/state', data })
          const read = JSON.parse(JSON.stringify(patch)) as PatchOperation[]
          patched.set('data', JSON.parse(JSON.stringify(data)) as never)
          patched.apply(read)
          kept.push({ value: read, text: JSON.stringify(patch) })
          if (draw(3) === 0) {
            const state = patched.get('state')
            expect(JSON.stringify(state)).toBe(JSON.stringify(after))
            kept.push({ value: state, text: JSON.stringify(after) })
          }
          before = after
        }
        expect(JSON.stringify(patched.get('state'))).toBe(JSON.stringify(before))
        for (const { value, text } of kept) expect(JSON.stringify(value)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })
})
