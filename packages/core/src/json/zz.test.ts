import fc from 'fast-check'
import { it } from 'vitest'
import { diff } from './diff.js'
import { applyPatch } from './patch.js'
import { PayloadIndex } from './payload-index.js'
import { drawFrom, partsOf, randomEdit, randomJson, randomNumbers } from './random-json.fixture.js'
import { jsonOf } from './to-json.js'
it('stats', () => {
  let ops = 0, state = 0, data = 0, bytes = 0, whole = 0, bad = 0, n = 0
  const m: any = {}
  fc.assert(fc.property(randomJson, randomJson, randomNumbers, (start, d, numbers) => {
    const draw = drawFrom(numbers)
    let before = jsonOf({ root: start, other: [start] })
    for (let c = 0; c < 6; c++) {
      const parts = [...partsOf(jsonOf(d)), ...partsOf(before)]
      const after = jsonOf(randomEdit(before, { draw, parts }))
      const patch = diff(before, after, { path: '/state', payload: new PayloadIndex(d) })
      const r = applyPatch(JSON.parse(JSON.stringify({ state: before, data: d })), JSON.parse(JSON.stringify(patch)))
      if (JSON.stringify(r['state']) !== JSON.stringify(after)) bad++
      n++; ops += patch.length; bytes += JSON.stringify(patch).length; whole += JSON.stringify(after).length
      for (const o of patch) { m[o.op] = (m[o.op] ?? 0) + 1; if (o.op === 'copy') o.from.startsWith('/data') ? data++ : state++ }
      before = after
    }
  }), { numRuns: 20000 })
  console.log({ n, bad, ops, m, state, data, bytes, whole })
}, 120000)
