import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { drawFrom, partsOf, randomEdit, randomJson, randomNumbers, type Draw } from '../json/random-json.fixture.js'
import { jsonOf } from '../json/to-json.js'
import { fold, type FoldableEvent } from './fold.js'
import { patchOf } from './patch-of.js'
import type { ActorDocument, EffectDocument, StateDocument } from './state-document.js'

const text = JSON.stringify

function stateOf(parts: Partial<StateDocument> = {}): StateDocument {
  return {
    agent: { definition: 'chat', version: 1, fingerprint: 'f', id: '1', incarnation: 'i', epoch: 0 },
    root: { sid: '0', kind: 'machine', value: 'idle', context: {} },
    effects: {},
    timers: {},
    unlisted: {},
    dedup: {},
    ...parts,
  }
}

function withContext(context: JsonValue, more: Partial<ActorDocument> = {}): ActorDocument {
  return { sid: '0', kind: 'machine', value: 'idle', context, ...more }
}

function effect(input: JsonValue): EffectDocument {
  return { kind: 'promise', src: 'draft', input, scheduledBy: 'e0' }
}

/** The patch, after a check that a fold of its text gives the state that was promised. */
function patchFor(
  before: StateDocument | undefined,
  after: StateDocument,
  data: JsonValue = null,
): readonly PatchOperation[] {
  const { patch, state } = patchOf(before, after, { data, id: 'e1' })
  expect(text(folded(before, patch, data))).toBe(text(state))
  return patch
}

function folded(
  before: StateDocument | undefined,
  patch: readonly PatchOperation[],
  data: JsonValue,
): StateDocument | undefined {
  const event: unknown = {
    id: 'e1',
    data,
    metadata: { refold: { v: 0, agent: 'chat@1', at: 1, input: { kind: 'event' }, body: { patch } } },
  }
  return fold(before, JSON.parse(text(event)) as FoldableEvent)
}

const message = (n: number): JsonObject => ({
  role: n % 2 === 0 ? 'user' : 'assistant',
  content: `${n}: ${'something that was said, '.repeat(8)}`,
})
const transcript = jsonOf(Array.from({ length: 6 }, (_, n) => message(n))) as readonly JsonValue[]

describe('patchOf with effects that are given the context', () => {
  const before = stateOf({ root: withContext({ messages: transcript }) })
  const pathsFor = (input: JsonValue): string[] =>
    patchFor(before, {
      ...before,
      root: withContext(before.root.context as JsonValue, { value: 'busy' }),
      effects: { '3.0': effect(input) },
    }).map((operation) =>
      operation.op === 'copy' ? `copy ${operation.from} ${operation.path}` : `${operation.op} ${operation.path}`,
    )
  const start = ['replace /state/root/value', 'add /state/effects/3.0']
  const input = '/state/effects/3.0/input'

  it('REC-4 copies the array that is the context’s', () => {
    expect(pathsFor({ messages: transcript })).toEqual([
      ...start,
      `copy /state/root/context/messages ${input}/messages`,
    ])
  })

  it('REC-4 copies the array and puts a prompt before it', () => {
    expect(pathsFor({ messages: [{ role: 'system', content: 'Be kind.' }, ...transcript] })).toEqual([
      ...start,
      `copy /state/root/context/messages ${input}/messages`,
      `add ${input}/messages/0`,
    ])
  })

  it('REC-4 copies the array and drops the first of it', () => {
    expect(pathsFor({ messages: transcript.slice(2) })).toEqual([
      ...start,
      `copy /state/root/context/messages ${input}/messages`,
      `remove ${input}/messages/0`,
      `remove ${input}/messages/0`,
    ])
  })

  it('REC-4 copies single items where few are taken', () => {
    expect(pathsFor({ last: transcript.slice(-2) })).toEqual([
      ...start,
      `copy /state/root/context/messages/4 ${input}/last/0`,
      `copy /state/root/context/messages/5 ${input}/last/1`,
    ])
  })

  it('REC-4 copies from a context that is as new as the effect', () => {
    const first = stateOf({
      root: withContext({ messages: transcript }),
      effects: { '0.1': effect({ messages: transcript }) },
    })
    const patch = patchFor(undefined, first, { input: null })
    expect(patch.map(({ path }) => path)).toEqual(['/state', '/state/effects/0.1', '/state/effects/0.1/input/messages'])
    const child = { sid: '3.0', kind: 'machine', src: 'child', context: { mine: transcript } } as const
    const spawned = patchFor(before, {
      ...before,
      root: withContext(before.root.context as JsonValue, { children: { child } }),
      effects: { '3.1': effect({ mine: transcript }) },
    })
    expect(text(spawned)).not.toContain('something that was said')
  })

  it('REC-5 REC-4 a transcript of 200 turns whose effects get all messages is logged in at most 1.5 times its payload', () => {
    const first = logTurns(0, { state: stateOf({ root: withContext({ messages: [] }) }), turns: 100 })
    const second = logTurns(100, { state: first.state, turns: 100 })
    expect((second.state.root.context as { messages: unknown[] }).messages).toHaveLength(400)
    expect((first.log + second.log) / (first.payload + second.payload)).toBeLessThan(1.5)
    expect(second.log / second.payload).toBeLessThan((first.log / first.payload) * 1.02)
  })
})

interface Logged {
  readonly state: StateDocument
  readonly payload: number
  readonly log: number
}

/** A user's message starts an effect that gets the prompt and all messages; its answer ends it. Messages are a paragraph long. */
function logTurns(
  from: number,
  { state: start, turns }: { readonly state: StateDocument; readonly turns: number },
): Logged {
  let state = start
  let [payload, log] = [0, 0]
  for (let record = from * 2; record < (from + turns) * 2; record++) {
    const asks = record % 2 === 0
    const said = { role: asks ? 'user' : 'assistant', content: `${record}: ${'something that was said, '.repeat(30)}` }
    const data = jsonOf(asks ? { message: said } : { src: 'answer', output: said }) as JsonObject
    const messages = [
      ...((state.root.context as JsonObject)['messages'] as readonly JsonValue[]),
      (data['message'] ?? data['output']) as JsonValue,
    ]
    const after: StateDocument = {
      ...state,
      root: withContext(jsonOf({ messages }), { value: asks ? 'answering' : 'waiting' }),
      effects: asks
        ? { [`${record}.0`]: effect(jsonOf({ messages: [{ role: 'system', content: 'Be kind.' }, ...messages] })) }
        : {},
    }
    const { patch, state: next } = patchOf(state, after, { data, id: 'e1' })
    payload += text(data).length
    log += text(data).length + text(patch).length
    state = next
  }
  return { state, payload, log }
}

describe('patchOf of Refold’s own objects', () => {
  it('lets the order of their keys cost nothing, and says what order they end in', () => {
    const before = stateOf({ root: { sid: '0', kind: 'machine', value: 'a', context: { text: 'x'.repeat(500) } } })
    const after = {
      ...before,
      root: { sid: '0', kind: 'machine', value: 'b', nodes: ['n1'], context: before.root.context } as ActorDocument,
    }
    const { patch, state } = patchOf(before, after, { data: null, id: 'e1' })
    expect(patch).toEqual([
      { op: 'replace', path: '/state/root/value', value: 'b' },
      { op: 'add', path: '/state/root/nodes', value: ['n1'] },
    ])
    expect(Object.keys(state.root)).toEqual(['sid', 'kind', 'value', 'context', 'nodes'])
    expect(text(folded(before, patch, null))).toBe(text(state))
    expect(state.root.context).toBe(before.root.context)
    expect(patchOf(state, { ...state, root: after.root }, { data: null, id: 'e2' }).patch).toEqual([])
  })

  it('gives the state after itself, by reference, when nothing is in another order', () => {
    const before = stateOf()
    const after = { ...before, agent: { ...before.agent, epoch: 1 } }
    expect(patchOf(before, after, { data: null, id: 'e1' }).state).toBe(after)
  })

  it('takes ids that objects inherit for ids', () => {
    const before = stateOf()
    const ids = { toString: { at: 1, revision: 2 }, valueOf: { at: 1, revision: 3 } }
    const dedup = { 2: ids } as unknown as StateDocument['dedup']
    const empty = { ...before, dedup: { 2: {} } }
    expect(patchFor(before, { ...before, dedup }).map(({ op }) => op)).toEqual(['add', 'add', 'add'])
    expect(patchFor(empty, { ...before, dedup }).map(({ op }) => op)).toEqual(['add', 'add'])
    expect(patchFor({ ...before, dedup }, empty).map(({ op }) => op)).toEqual(['remove', 'remove'])
    expect(patchFor({ ...before, dedup }, before).map(({ op }) => op)).toEqual(['remove'])
  })

  it('REC-3 folds to the promised state for random trees of actors and random contexts', () => {
    fc.assert(
      fc.property(randomJson, randomJson, randomNumbers, (start, rawData, numbers) => {
        const draw = drawFrom(numbers)
        const data = jsonOf(rawData)
        let before: StateDocument | undefined
        let context = jsonOf({ start })
        for (let count = 0; count < 8; count++) {
          const parts = [...partsOf(context), ...partsOf(data)]
          context = jsonOf(randomEdit(context, { draw, parts }))
          const after = randomState(before, { draw, parts: [context, ...parts] })
          const { patch, state } = patchOf(before, after, { data, id: 'e1' })
          expect(text(folded(before, patch, data))).toBe(text(state))
          expect(sorted(state)).toBe(sorted(after))
          before = state
        }
      }),
      { numRuns: 400 },
    )
  })
})

interface Parts {
  readonly draw: Draw
  readonly parts: readonly JsonValue[]
}

function randomState(before: StateDocument | undefined, { draw, parts }: Parts): StateDocument {
  const part = (): JsonValue => parts[draw(parts.length)] as JsonValue
  const effects: { [id: string]: EffectDocument } = {}
  for (let count = draw(4); count > 0; count--)
    effects[`${draw(5)}.0`] = effect(draw(3) === 0 ? { all: [part(), part()], one: part() } : part())
  const ids = (): StateDocument['dedup'][string] =>
    Object.fromEntries(
      Array.from({ length: draw(3) }, () => [['7', 'a/b', 'toString'][draw(3)], { at: draw(5), revision: 1 }]),
    )
  const dedup = Object.fromEntries(Array.from({ length: draw(3) }, () => [String(draw(3)), ids()]))
  return {
    ...(before !== undefined && draw(2) === 0 ? before : stateOf()),
    root: randomActor(2, { draw, parts }),
    effects: draw(3) === 0 && before !== undefined ? before.effects : effects,
    dedup,
    ...(draw(2) === 0 && { unlisted: { '9.9': { id: 'x', parent: '0', actor: randomActor(1, { draw, parts }) } } }),
  }
}

function randomActor(levels: number, { draw, parts }: Parts): ActorDocument {
  const part = (): JsonValue => parts[draw(parts.length)] as JsonValue
  const own: [string, unknown][] = [
    ['sid', String(draw(3))],
    ['kind', 'machine'],
    ['value', part()],
    ['context', part()],
    ['input', part()],
    ['refs', { '/context/a': '1' }],
    ['history', { n: ['a'] }],
  ]
  const kept = own.filter(() => draw(4) > 0)
  if (levels > 0)
    kept.push([
      'children',
      Object.fromEntries(
        Array.from({ length: draw(4) }, () => [`c${draw(4)}`, randomActor(levels - 1, { draw, parts })]),
      ),
    ])
  return Object.fromEntries(draw(3) === 0 ? kept.toReversed() : kept) as unknown as ActorDocument
}

/** The text without the order of keys. */
function sorted(value: unknown): string {
  return text(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
