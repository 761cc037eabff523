import type { JsonValue, NewEvent } from '@refold/core/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseShape, TemplateReader } from './read-record.js'
import { ShapeTrie } from './shape-trie.js'
import type { RecordPlace } from './template.js'
import { writeRecord } from './write-record.js'

const trie = new ShapeTrie()
const FIRST = '0c1d2e3f-4a5b-4c6d-8e7f-000000000101'
const OWN = '0c1d2e3f-4a5b-4c6d-8e7f-0000000001ff'
const OTHER = 'ffffffff-4a5b-4c6d-8e7f-0000000001ff'

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '0',
    '7.0',
    '7.1',
    '7.t2',
    '3.0',
    '3.t12',
    '07.0',
    '7.1234',
    '7.',
    FIRST,
    OWN,
    OTHER,
    FIRST.toUpperCase(),
  ),
  fc.constantFrom(
    '/state/effects/7.0',
    '/state/dedup/7/a',
    '/state/dedup/7/a~1b',
    '/state/dedup/7',
    '/state/root/context/12/x',
    '/state/inbox/job-1',
    '/state/inbox/job',
    '/state/outbox/to/a~1b/0',
    '/state/detachedChildren/7.0',
    '/state/root/children/tool-7/context',
    '/state/root/children/0.agent.step1/sid',
    '/7.x/12',
    '/state/root/value',
    '/1\u0002',
    '%',
    '=',
    '^',
    '~',
    '\u0001',
  ),
)
const keys = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'at',
    'v',
    'kind',
    'src',
    'type',
    'op',
    'path',
    'from',
    'value',
    'patch',
    'input',
    'output',
    'body',
    '__proto__',
    '5',
  ),
)
const numbers = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1.79e12, 1_790_000_000_001, 9, 10),
)
const { json } = fc.letrec<{ json: JsonValue; node: JsonValue }>((tie) => ({
  json: fc.oneof(
    { weight: 3, arbitrary: fc.oneof(texts, numbers, fc.boolean(), fc.constant(null)) },
    { weight: 2, arbitrary: tie('node') },
  ),
  node: fc.oneof(fc.array(tie('json'), { maxLength: 4 }), fc.dictionary(keys, tie('json'), { maxKeys: 5 })),
}))
const operation = fc.oneof(
  json,
  fc.record({ op: fc.constantFrom('add', 'copy'), path: texts, from: texts, value: json }, { requiredKeys: [] }),
)
const header = fc.record(
  {
    v: json,
    agent: json,
    at: fc.oneof(json, fc.constant(1_790_000_000_000)),
    input: fc.oneof(json, fc.record({ kind: json, to: texts, effect: texts, attempt: json })),
    epoch: json,
    owner: json,
    active: json,
    nextDueAt: json,
    pending: json,
    body: fc.oneof(
      json,
      fc.record(
        {
          patch: fc.array(operation, { maxLength: 4 }),
          path: fc.array(texts, { maxLength: 3 }),
          emit: fc.array(json, { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
)
const event: fc.Arbitrary<NewEvent> = fc.record({
  id: fc.constantFrom(OWN, FIRST, OTHER, 'not a uuid'),
  type: texts,
  data: fc.oneof(json, fc.record({ src: json, output: json, attempt: json }, { requiredKeys: [] })),
  metadata: fc.record({ $correlationId: json, $causationId: json, refold: header }),
})

const draft: NewEvent = {
  id: OWN,
  type: 'refold.effect.done',
  data: { src: 'draft', output: { text: 'whales' } },
  metadata: {
    $correlationId: FIRST,
    $causationId: '0c1d2e3f-4a5b-4c6d-8e7f-0000000001f0',
    refold: {
      v: 0,
      agent: 'research@3',
      at: 1_790_000_000_000,
      input: { kind: 'effect.done', to: '0', effect: '6.0' },
      epoch: 1,
      active: ['review'],
      nextDueAt: 1_790_000_060_000,
      body: {
        patch: [
          { op: 'remove', path: '/state/effects/6.0' },
          { op: 'replace', path: '/state/root/value', value: 'review' },
          { op: 'copy', from: '/data/output', path: '/state/root/context/draft' },
          {
            op: 'add',
            path: '/state/timers/7.t0',
            value: { source: '0', target: '0', id: 'late', due: 1_790_000_060_000, event: { type: 'late' } },
          },
        ],
        path: ['3.0'],
      },
    },
  },
}

describe('record shapes', () => {
  test('APP-7 any record comes back from its shape and values byte for byte', () => {
    const place = fc.record({ revision: fc.constantFrom(7, 0, 12), firstId: fc.constantFrom(FIRST, undefined) })
    fc.assert(
      fc.property(event, place, (written, { revision, firstId }) => {
        const read = throughShape(written, { id: written.id, revision, firstId })
        if (read !== undefined) expect(read).toBe(textOf(written))
      }),
      { numRuns: 3000 },
    )
  })

  test('the same step of two agents has one shape', () => {
    const shape = (revision: number, effect: string) => {
      const text = JSON.stringify(draft)
        .replaceAll('"7.', `"${revision}.`)
        .replaceAll('/7.', `/${revision}.`)
        .replaceAll('6.0', effect)
        .replace('1790000060000', '1790000060007')
      return writeRecord(JSON.parse(text), { id: OWN, revision, firstId: FIRST }, trie)?.shape.text()
    }
    expect(shape(7, '6.0')).toBeTypeOf('string')
    expect(shape(12, '11.0')).toBe(shape(7, '6.0'))
    expect(shape(12, '3.0'), 'an effect that was not started by the record before').toBe(shape(20, '2.0'))
  })

  test('SQL-44 what names another agent, the id of an event or one of many is no part of the shape', () => {
    const shape = (agent: string, id: string, rev: number) => {
      const patch = [
        { op: 'add', path: `/state/inbox/${agent}`, value: { incarnation: FIRST, seq: rev } },
        { op: 'remove', path: `/state/outbox/to/${agent}` },
        {
          op: 'add',
          path: `/state/outbox/to/${agent}`,
          value: [{ seq: rev, sentBy: OWN, event: { type: 'hit', by: id } }],
        },
        { op: 'add', path: `/state/detachedChildren/${agent}`, value: rev },
        { op: 'add', path: `/state/dedup/${rev}/${id}`, value: rev },
        { op: 'replace', path: `/state/root/context/orders/ord_${rev}/cents`, value: rev },
        { op: 'replace', path: `/state/root/children/tool-${rev}/context/text`, value: id },
        { op: 'replace', path: '/state/root/children/0.agent.working/sid', value: `${rev}.0` },
      ]
      const message = { ...draft, metadata: { refold: { v: 0, agent: 'sink@1', at: 1, body: { patch } } } }
      const place = { id: OWN, revision: rev, firstId: FIRST }
      expect(throughShape(message, place)).toBe(textOf(message))
      return writeRecord(message, place, trie)?.shape.text()
    }
    const text = shape('job-j7', 'a', 3)
    expect(shape('clerk-ana', 'call_9f', 12)).toBe(text)
    expect(text).toContain('"=/state/root/children/0.agent.working/sid"')
  })

  test('SQL-44 nor is a key of a map, once many have stood in its place', () => {
    const words = ['whale', 'squid', 'crab', 'eel', 'ray', 'seal', 'clam', 'cod', 'orca']
    const topics = words.flatMap((one) => words.map((other) => `${one} and ${other}`))
    const shapes = topics.map((topic) => {
      const patch = [{ op: 'add', path: `/state/root/context/chapters/${topic}`, value: 'text' }]
      const written = { ...draft, metadata: { refold: { v: 0, agent: 'editor@1', at: 1, body: { patch } } } }
      const place = { id: OWN, revision: 3, firstId: FIRST }
      expect(throughShape(written, place)).toBe(textOf(written))
      return writeRecord(written, place, trie)?.shape.text()
    })
    expect(new Set(shapes.slice(0, 60)).size).toBe(60)
    expect(new Set(shapes.slice(70)).size).toBe(1)
  })

  test('what remains of a usual record beside its payload is a few bytes', () => {
    const shaped = writeRecord(draft, { id: OWN, revision: 7, firstId: FIRST }, trie)
    expect(shaped?.values).toBe('15,60000,"0","0","late",60000')
    expect(shaped?.payload).toBe('{"text":"whales"}')
    expect(throughShape(draft, { id: OWN, revision: 7, firstId: FIRST })).toBe(textOf(draft))
  })
})

function throughShape(written: NewEvent, place: RecordPlace): string | undefined {
  const shaped = writeRecord(written, place, trie)
  if (shaped === undefined) return undefined
  const shape = parseShape(shaped.shape.text())
  const content = { values: JSON.parse(`[${shaped.values}]`), place, at: shaped.at, payload: shaped.payload }
  const reader = new TemplateReader(content)
  const metadata = reader.read(shape.metadata)
  const after = new TemplateReader(content)
  after.skip(shape.metadata)
  expect(after.read(shape.data)).toEqual(reader.read(shape.data))
  const again = new TemplateReader(content)
  again.skip(shape.metadata)
  return textOf({ id: written.id, type: shape.type, metadata, data: again.read(shape.data) })
}

function textOf({ id, type, data, metadata }: NewEvent): string {
  return JSON.stringify([id, type, data, metadata])
}

test('SQL-274 of texts that differ in each record a bounded amount stays in memory, however long they are', () => {
  const learnt = new ShapeTrie()
  const begun = learnt.begin()
  for (let at = 0; at < 700; at++) begun.key(`${at}`.padEnd(10_000, 'x'), learnt)
  expect(learnt.begin()).not.toBe(begun)
})
