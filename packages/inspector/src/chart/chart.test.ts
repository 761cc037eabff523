import { defineAgent, effect } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { chartFrom, litBy, statesOf } from './chart-model.js'
import type { Chart } from './chart-model.js'
import { placeChart } from './layout.js'
import type { Box } from './layout.js'
import { toMermaid } from './mermaid.js'
import { toSvg } from './svg.js'

const NONE: ReadonlySet<string> = new Set()
const later = effect(async () => 1)

const order = chartOf(
  setup({
    actors: { draft: later, review: later },
    actions: { note: () => {} },
    guards: { isRich: () => true },
    delays: { soon: 90_000 },
  }).createMachine({
    id: 'order',
    initial: 'idle',
    on: { stop: '.done', ping: { actions: 'note' } },
    states: {
      idle: { on: { go: [{ guard: 'isRich', target: 'work' }, { target: 'done' }] }, after: { 1000: 'done' } },
      work: {
        type: 'parallel',
        onDone: 'packing',
        states: {
          text: {
            initial: 'drafting',
            states: {
              drafting: { invoke: { src: 'draft', onDone: 'ready', onError: 'drafting' } },
              ready: { type: 'final' },
              back: { type: 'history', history: 'deep' },
            },
          },
          money: {
            initial: 'open',
            states: { open: { always: { guard: 'isRich', target: 'paid' } }, paid: { type: 'final' } },
          },
        },
      },
      packing: {
        invoke: { id: 'rev', src: 'review', onDone: 'done' },
        after: { soon: 'idle' },
        on: { '*': 'work.text.back' },
      },
      done: { type: 'final' },
    },
  }),
)

function chartOf(machine: Parameters<typeof defineAgent>[0]['machine']): Chart {
  return chartFrom(describeDefinition(defineAgent({ name: 'order', version: 1, machine })).chart)
}

describe('a chart', () => {
  test('CLI-98 names states, transitions, guards, delays and invocations in words', () => {
    expect(statesOf(order.root).map(({ path }) => path)).toContain('work.text.drafting')
    const lines = order.edges.map(({ source, target, label }) => `${source} → ${target}: ${label}`)
    expect(lines).toEqual([
      'order.idle → order.work: go [isRich]',
      'order.idle → order.done: go',
      'order.idle → order.done: after 1 s',
      'order.work → order.packing: done',
      'order.work.text.drafting → order.work.text.ready: done: draft',
      'order.work.text.drafting → order.work.text.drafting: error: draft',
      'order.work.money.open → order.work.money.paid: [isRich]',
      'order.packing → order.work.text.back: any event',
      'order.packing → order.done: done: review',
      'order.packing → order.idle: after soon (90 s)',
    ])
    expect(order.root.told).toMatchObject([
      { label: 'stop', into: ['done'] },
      { label: 'ping', into: [] },
    ])
  })

  test('CLI-99 lights the states that are active, and those around them', () => {
    expect([...litBy(order, ['work.text.drafting', 'work.money.paid'])]).toEqual([
      'order',
      'order.work',
      'order.work.text',
      'order.work.text.drafting',
      'order.work.money',
      'order.work.money.paid',
    ])
  })
})

describe('as Mermaid', () => {
  test('CLI-98 has nested and parallel states, starts, ends and what is lit', () => {
    const lines = toMermaid(order, { lit: litBy(order, ['work.text.drafting']) })
      .split('\n')
      .map((line) => line.trim())
    expect(lines[0]).toBe('stateDiagram-v2')
    for (const line of [
      'state "order<br>stop → done<br>↺ ping" as s0 {',
      'state "work" as s2 {',
      '--',
      'state "back (H*)" as s6',
      's4 : ⚙ draft',
      's4 --> s5 : done#58; draft',
      's5 --> [*]',
      's1 --> s2 : go [isRich]',
      'class s4 lit',
    ])
      expect(lines).toContain(line)
    expect(lines.filter((line) => line.endsWith('{'))).toHaveLength(lines.filter((line) => line === '}').length)
  })
})

describe('as SVG', () => {
  test('CLI-98 every state stands within the one around it and beside its neighbours, and every transition has its way', async () => {
    const { width, height, states, edges } = await placeChart(order)
    const boxes = new Map(states.map((placed) => [placed.state.id, placed]))
    for (const { state, ...box } of states) {
      expect(isIn(box, { x: 0, y: 0, width, height })).toBe(true)
      for (const child of state.children) {
        expect(isIn(boxes.get(child.id) as Box, box)).toBe(true)
        for (const other of state.children)
          if (other !== child) expect(touch(boxes.get(child.id) as Box, boxes.get(other.id) as Box)).toBe(false)
      }
    }
    expect(edges.filter(({ edge }) => edge !== undefined)).toHaveLength(order.edges.length)
    expect(edges.every(({ points }) => points.length >= 2)).toBe(true)
  })

  test('CLI-98 is one document for light and dark, with each state and each transition by its id', async () => {
    const svg = toSvg(await placeChart(order), { title: 'order@1', lit: litBy(order, ['idle']) })
    expect(elementsIn(svg)).toContain('svg')
    expect(svg).toContain('@media(prefers-color-scheme:dark)')
    for (const { id } of statesOf(order.root)) expect(svg).toContain(`data-id="${id}"`)
    for (const { id } of order.edges) expect(svg).toContain(`data-id="${id}"`)
    expect(svg).toMatch(/class="state atomic lit" data-id="order.idle"/)
    expect(svg).toMatch(/class="state parallel outer" data-id="order.work"/)
    expect(svg).toMatch(/class="state compound outer region" data-id="order.work.text"/)
  })

  test('CLI-98 charts of any form are laid out', async () => {
    await fc.assert(
      fc.asyncProperty(anyChart, async (chart) => (await placeChart(chart)).width > 0),
      {
        numRuns: 40,
      },
    )
  })
})

/** A statement, in which text is letters and numbers of others. */
const SAFE = String.raw`(?:[\p{L}\p{N} _.,()\[\]*⚙↺→-]|#\d+;)*`
const STATEMENTS = [
  'stateDiagram-v2',
  ` *state "${SAFE}(?:<br>${SAFE})*" as s\\d+(?: \\{)?`,
  String.raw` *(?:s\d+|\[\*\]) --> (?:s\d+|\[\*\])(?: : ${SAFE})?`,
  String.raw` *s\d+ : ${SAFE}`,
  ' *\\}',
]
const MERMAID_LINE = new RegExp(`^(?:${STATEMENTS.join('|')})$`, 'u')

describe('hostile names', () => {
  const NAMES = [
    '"><script>alert(1)</script>',
    ']]>&amp;',
    "a'; x --> y",
    'end',
    '%%{init}',
    '\u001b[2J\u202e',
    '日本\ufffe',
    '--',
    '[*]',
    '::: a',
    '',
  ]

  test.each(NAMES)('CLI-100 %j is text in both forms', async (name) => {
    const nodes = [
      { id: 'm', key: name, type: 'compound', initial: 'a' },
      { id: 'a', key: name, parent: 'm', invokes: [{ src: name }] },
      { id: name, key: name, parent: 'm' },
    ]
    const edges = [
      { id: '1.0', event: name, guard: name, targets: [name] },
      { id: '1.1', event: name, delay: name },
    ]
    const chart = chartFrom({ id: 'm', nodes, edges })
    const svg = toSvg(await placeChart(chart), { title: name, lit: NONE })
    const plain = toSvg(
      await placeChart(
        chartFrom(
          JSON.parse(JSON.stringify({ id: 'm', nodes, edges }).replaceAll(JSON.stringify(name), '"x"')) as never,
        ),
      ),
      { title: 'x', lit: NONE },
    )
    // A long name has more lines.
    const withoutText = (names: readonly string[]): readonly string[] => names.filter((element) => element !== 'text')
    expect(withoutText(elementsIn(svg))).toEqual(withoutText(elementsIn(plain)))
    // oxlint-disable-next-line no-control-regex -- none may be left
    expect(svg).not.toMatch(/[\u0000-\u0008\u001b\u202e\ufffe]/)
    const lines = toMermaid(chart, { lit: NONE }).split('\n')
    expect(lines).toHaveLength(7)
    for (const line of lines) expect(line).toMatch(MERMAID_LINE)
  })
})

function isIn(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - 0.5 &&
    inner.y >= outer.y - 0.5 &&
    inner.x + inner.width <= outer.x + outer.width + 0.5 &&
    inner.y + inner.height <= outer.y + outer.height + 0.5
  )
}

function touch(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}

/** Names of its elements, in order, after each was closed where it was opened. */
function elementsIn(svg: string): readonly string[] {
  const open: string[] = []
  const names: string[] = []
  for (const [, end = '', name = '', , self = ''] of svg.matchAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/gi)) {
    if (end !== '') expect(open.pop()).toBe(name)
    else names.push(name)
    if (end === '' && self === '') open.push(name)
  }
  expect(open).toEqual([])
  expect(svg.replaceAll(/<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)(\/?)>/gi, '')).not.toMatch(/</)
  return names
}

const anyChart = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(), fc.nat(5)), { minLength: 1, maxLength: 14 }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
  )
  .map(([places, ways]) => {
    const nodes: { id: string; parent?: string; type?: string; initial?: string }[] = [{ id: 'n', type: 'compound' }]
    for (const [place, kind] of places) {
      const inner = nodes.filter(({ type }) => type === 'compound' || type === 'parallel')
      const parent = inner[place % inner.length] as { id: string; type?: string; initial?: string }
      const id = `${parent.id}.${nodes.length}`
      if (parent.type === 'compound') parent.initial ??= id
      nodes.push({
        id,
        parent: parent.id,
        ...[{}, {}, { type: 'compound' }, { type: 'parallel' }, { type: 'final' }, { type: 'history' }][kind],
      })
    }
    const edges = ways.map(([from, to], index) => ({
      id: `${from % nodes.length}.${index}`,
      event: `e${index}`,
      targets: [nodes[to % nodes.length]?.id ?? 'n'],
    }))
    return chartFrom({ id: 'n', nodes, edges })
  })

test.each([
  ['itself', [{ id: 'a', type: 'compound', parent: 'a' }]],
  [
    'one that stands in it',
    [
      { id: 'a', type: 'compound' },
      { id: 'b', parent: 'c' },
      { id: 'c', parent: 'b' },
    ],
  ],
])('ERR-15 a stored chart with a state in %s is refused', (_what, nodes) => {
  const refused = expect.objectContaining({ code: 'INVALID_INPUT' }) as Error
  expect(() => chartFrom({ id: 'a', nodes, edges: [{ id: '0.0', targets: ['b'] }] })).toThrow(refused)
})
