import fc from 'fast-check'
import { applyPatch as applyByStandard } from 'rfc6902'
import { describe, expect, it } from 'vitest'
import { copyJson } from './copy-json.js'
import { diff } from './diff.js'
import type { JsonValue, PatchOperation } from './json-value.js'
import { applyPatch } from './patch.js'
import { parsePointer } from './pointer.js'
import { drawFrom, partsOf, randomEdit, randomJson, randomNumbers } from './random-json.fixture.js'
import { jsonOf } from './to-json.js'

interface Step {
  readonly before: JsonValue
  readonly after: JsonValue
  readonly patch: readonly PatchOperation[]
}

/** A value, a payload, and six edits one after another that use parts of both. */
const history = fc.tuple(randomJson, randomJson, randomNumbers).map(([start, data, numbers]) => {
  const draw = drawFrom(numbers)
  const steps: Step[] = []
  let before = jsonOf({ root: start, other: [start] })
  for (let count = 0; count < 6; count++) {
    const parts = [...partsOf(jsonOf(data)), ...partsOf(before)]
    const after = jsonOf(randomEdit(before, { draw, parts }))
    const patch = diff(before, after, { path: '/state', data: jsonOf(data) })
    steps.push({ before, after, patch })
    before = after
  }
  return { data: jsonOf(data), steps }
})

describe('diff over random values, payloads and edits', () => {
  it('REC-3 gives a patch that turns the text before into exactly the text after, once written and read', () => {
    fc.assert(
      fc.property(history, ({ data, steps }) => {
        for (const { before, after, patch } of steps) {
          const read = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never
          const document = applyPatch({ state: read(before), data: read(data) }, read(patch))
          expect(JSON.stringify(document['state'])).toBe(JSON.stringify(after))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('REC-3 gives a patch that a standard library applies to the same text', () => {
    fc.assert(
      fc.property(history, ({ data, steps }) => {
        for (const { before, after, patch } of steps) {
          const document = { state: copyJson(before), data: copyJson(data) }
          const problems = applyByStandard(document, copyJson(patch as unknown as JsonValue) as never)
          expect(problems.filter((problem) => problem !== null)).toEqual([])
          expect(JSON.stringify(document.state)).toBe(JSON.stringify(after))
        }
      }),
      { numRuns: 800 },
    )
  })

  it('REC-6 writes below its own path only, reads the data and the state only, with no operation but the four', () => {
    fc.assert(
      fc.property(history, ({ steps }) => {
        for (const operation of steps.flatMap(({ patch }) => patch)) {
          expect(['add', 'replace', 'remove', 'copy']).toContain(operation.op)
          expect(parsePointer(operation.path)[0]).toBe('state')
          if (operation.op === 'copy') expect(['state', 'data']).toContain(parsePointer(operation.from)[0])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('REC-5 gives no operation for equal values, whatever their references', () => {
    fc.assert(
      fc.property(randomJson, (value) => {
        expect(diff(value, copyJson(value), { path: '/state' })).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
