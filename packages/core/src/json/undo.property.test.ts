import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diff } from './diff.js'
import type { JsonValue, PatchOperation } from './json-value.js'
import { PatchedDocument } from './patch.js'
import { drawFrom, partsOf, randomEdit, randomJson, randomNumbers } from './random-json.fixture.js'
import { jsonOf } from './to-json.js'
import { changeOf, undo } from './undo.js'
import type { UndoStep } from './undo.js'

/** Six patches one after another, with the texts between them. */
const history = fc.tuple(randomJson, randomJson, randomNumbers).map(([start, data, numbers]) => {
  const draw = drawFrom(numbers)
  let before = jsonOf({ root: start, other: [start] })
  const texts = [JSON.stringify(before)]
  const patches: PatchOperation[][] = []
  for (let count = 0; count < 6; count++) {
    const parts = [...partsOf(jsonOf(data)), ...partsOf(before)]
    const after = jsonOf(randomEdit(before, { draw, parts }))
    patches.push(diff(before, after, { path: '/state', data: jsonOf(data) }))
    before = after
    texts.push(JSON.stringify(after))
  }
  return { start: texts[0] as string, data: jsonOf(data), patches, texts, numbers }
})

describe('changeOf', () => {
  it('HIS-24 takes patches back, and does them again, to the same text, in any order of steps', () => {
    fc.assert(
      fc.property(history, fc.boolean(), ({ start, data, patches, texts, numbers }, mayShare) => {
        const document = new PatchedDocument({ state: JSON.parse(start) as JsonValue, data }, () => mayShare)
        const undos: UndoStep[][] = []
        const forward = (): void => {
          const steps: UndoStep[] = []
          document.apply(patches[undos.length] as PatchOperation[], (operation) => {
            const change = changeOf(operation, (name) => document.view(name))
            steps.unshift(...(change?.undo ?? []))
          })
          undos.push(steps)
        }
        const back = (): void => undo(document, undos.pop() ?? [])
        const draw = drawFrom(numbers)
        for (let step = 0; step < 40; step++) {
          if (undos.length === 0 || (undos.length < patches.length && draw(2) === 0)) forward()
          else back()
          if (draw(7) === 0) document.get('state')
          expect(JSON.stringify(document.view('state'))).toBe(texts[undos.length])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('gives no undo for an operation that does not fit', () => {
    const member = (): JsonValue => ({ list: [1], text: 'x' })
    const operation = (path: string): PatchOperation => ({ op: 'replace', path, value: 1 })
    for (const path of ['/state/list/7', '/state/list/x', '/state/text/a', '/state/none/a'])
      expect(changeOf(operation(path), member)).toBeUndefined()
  })
})
