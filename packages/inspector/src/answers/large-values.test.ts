import type { JsonObject, JsonValue } from '@refold/core/record'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentHead, Cut, PointView, ValuePart } from '../contract/agent.js'
import { HUGE } from '../lives.fixture.js'
import { serveLives } from '../server/served.fixture.js'
import type { ServedLives } from '../server/served.fixture.js'
import { brief } from './brief.js'
import { cutTo, MOST, partAt } from './cut.js'

describe('values that are too large', () => {
  let served: ServedLives
  beforeAll(async () => {
    served = await serveLives()
  })
  afterAll(() => served.close())

  test('INS-11 are cut in every answer, and given part by part to their end', async () => {
    const { last } = await served.get<AgentHead>('/api/agents/order-6')
    for (const path of [
      `/points/${last}`,
      '/records/1',
      '/diff?from=0&to=1',
      '/blame?path=/context/note',
      '/transcript',
      `/rows?from=0&to=${last}`,
    ])
      expect((await served.ask(`/api/agents/order-6${path}`)).text.length).toBeLessThan(20_000)
    const point = await served.get<PointView>(`/api/agents/order-6/points/${last}`)
    const { $cut } = (point.document as unknown as { root: { context: { note: Cut } } }).root.context.note
    expect($cut).toEqual({ path: '/document/root/context/note', kind: 'string', size: HUGE })
    let text = ''
    while (text.length < HUGE) {
      const query = `path=${encodeURIComponent($cut.path)}&from=${text.length}`
      const part = await served.get<ValuePart>(`/api/agents/order-6/points/${last}/value?${query}`)
      if (part.kind !== 'string' || part.text === '') throw new Error('it does not go on')
      text += part.text
    }
    expect(text).toBe('x'.repeat(HUGE))
    const ofRecord = await served.get<ValuePart>('/api/agents/order-6/points/1/value?path=/record/data/text')
    expect(ofRecord).toMatchObject({ kind: 'string', size: HUGE })
  })

  const LARGE: ReadonlyArray<readonly [string, JsonValue]> = [
    ['a long text', 'x'.repeat(MOST)],
    ['many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`key ${at}`, at]))],
    ['many items', Array.from({ length: 200_000 }, (_, at) => at)],
    ['many items that are large', Array.from({ length: 300 }, () => ({ text: 'y'.repeat(5_000) }))],
    ['a large one beside small ones', { a: 1, b: ['z'.repeat(5_000)], c: Array.from({ length: 99_999 }, () => 'c') }],
    ['depth', deep(500)],
    ['long keys', { ['k'.repeat(MOST)]: 1, ['l'.repeat(MOST)]: 2 }],
    ['what looks cut', { $cut: { path: '/else', kind: 'string', size: 1 } }],
    ['what looks cut, within', { list: [{ $cut: 1 }] }],
  ]

  test.each(LARGE)('INS-11 %s: what is shown is bounded, and all of it can be asked for', (_what, value) => {
    const shown = cutTo(value, { path: '/value' })
    expect(JSON.stringify(shown).length).toBeLessThan(2 * MOST)
    expect(whole(shown, { value })).toBe(JSON.stringify(value))
  })

  test('INS-11 what fits is as it is, and small members stay beside a large one', () => {
    const small = { a: [1, null, 'x'], b: { c: true } }
    expect(cutTo(small, { path: '' })).toEqual(small)
    const shown = cutTo({ small, large: Array.from({ length: 99_999 }, () => 'c') }, { path: '/x' }) as JsonObject
    expect(shown['small']).toEqual(small)
    expect(shown['large']).toEqual({ $cut: { path: '/x/large', kind: 'array', size: 99_999 } })
  })

  test('INS-9 a row has the beginning of a payload, and is made of no more', () => {
    expect(brief({ a: [1, 'x', null], b: {} })).toBe('{"a":[1,"x",null],"b":{}}')
    expect(brief(deep(5_000))).toHaveLength(120)
    expect(brief('y'.repeat(9_000_000), 10)).toBe('"yyyyyyyy…')
  })
})

function deep(levels: number): JsonValue {
  let value: JsonValue = 'the end'
  for (let level = 0; level < levels; level++) value = { in: value }
  return value
}

/** The JSON of what is shown, with what was cut in its place, as a page would ask for it. */
function whole(shown: JsonValue, root: JsonObject): string {
  if (typeof shown !== 'object' || shown === null) return JSON.stringify(shown)
  if ('$cut' in shown) return asked((shown as unknown as Cut).$cut.path, root)
  if (Array.isArray(shown)) return `[${(shown as JsonValue[]).map((item) => whole(item, root)).join(',')}]`
  const members = Object.entries(shown).map(([key, item]) => `${JSON.stringify(key)}:${whole(item, root)}`)
  return `{${members.join(',')}}`
}

function asked(path: string, root: JsonObject): string {
  const texts: string[] = []
  let kind: ValuePart['kind'] = 'scalar'
  for (let from = 0, size = 1; from < size;) {
    const part = partAt(root, { path, from })
    kind = part.kind
    if (part.kind === 'scalar') return JSON.stringify(part.value)
    size = part.size
    const shown = part.kind === 'string' ? [part.text] : part.kind === 'array' ? part.items : part.entries
    if (part.kind === 'string') texts.push(part.text)
    else if (part.kind === 'array') texts.push(...part.items.map((item) => whole(item, root)))
    else texts.push(...part.entries.map(([key, item]) => `${JSON.stringify(key)}:${whole(item, root)}`))
    from += part.kind === 'string' ? part.text.length : shown.length
  }
  if (kind === 'string') return JSON.stringify(texts.join(''))
  return kind === 'array' ? `[${texts.join(',')}]` : `{${texts.join(',')}}`
}
