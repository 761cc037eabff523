/** Random operations on two connections, held against a model that is short enough to be believed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Expected, NewEvent, Store } from '@refold/core'
import { toRevision } from '@refold/core'
import fc from 'fast-check'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream } from './contract-case.js'
import { Patience } from './patience.js'
import { agentRecord, awkwardJson, plainEvent } from './sample-events.js'

type Operation =
  | {
      readonly kind: 'append'
      readonly by: number
      readonly stream: number
      readonly off: number
      readonly content: readonly number[]
    }
  | { readonly kind: 'repeat'; readonly by: number; readonly which: number }
  | {
      readonly kind: 'read'
      readonly by: number
      readonly stream: number
      readonly from: number
      readonly limit: number
      readonly backwards: boolean
    }

interface Model {
  readonly streams: Map<string, NewEvent[]>
  readonly all: string[]
  readonly appends: { stream: string; events: readonly NewEvent[]; expected: Expected; result: unknown }[]
}

const by = fc.nat(1)
const stream = fc.nat(2)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      by,
      stream,
      off: fc.constantFrom(0, 0, 0, 0, -1, 1),
      content: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), by, which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      by,
      stream,
      from: fc.nat(12),
      limit: fc.nat(6),
      backwards: fc.boolean(),
    }),
  },
)

export const modelCases: readonly ContractCase[] = [
  {
    title: 'APP-1 APP-2 APP-5 APP-7 READ-1 READ-2 READ-3 ALL-1 any operations in any order do what a simple model does',
    run: async ({ connect }) => {
      const stores = [await connect(), await connect()]
      const patience = new Patience(30_000)
      const sequence = fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        fc.pre(!patience.isAtItsEnd)
        await patience.try(() => compare(stores, operations))
      })
      await fc.assert(sequence, { numRuns: 60 })
    },
  },
]

/** Streams of a run have a name of their own: the runs share one store. */
async function compare(stores: readonly Store[], operations: readonly Operation[]): Promise<void> {
  const run = randomUUID()
  const model: Model = { streams: new Map(), all: [], appends: [] }
  for (const step of operations) {
    const store = stores[step.by] ?? assert.fail()
    if (step.kind === 'append') await compareAppend(store, model, { stream: `${run}-${step.stream}`, step })
    else if (step.kind === 'repeat') await compareRepeat(store, model, step.which)
    else await compareRead(store, model, { stream: `${run}-${step.stream}`, step })
  }
  const all = (await readEverything(stores[0] ?? assert.fail())).filter((event) => event.stream.startsWith(run))
  assert.deepEqual(
    all.map((event) => event.id),
    model.all,
  )
}

async function compareAppend(
  store: Store,
  model: Model,
  { stream, step }: { stream: string; step: Extract<Operation, { kind: 'append' }> },
): Promise<void> {
  const known = model.streams.get(stream) ?? []
  const wanted = known.length - 1 + step.off
  const expected = wanted < 0 ? 'no_stream' : toRevision(wanted)
  const events = step.content.map(eventOf)
  const result = await store.append(stream, events, { expected })
  if (wanted === known.length - 1 || (wanted < 0 && known.length === 0)) {
    model.streams.set(stream, [...known, ...events])
    model.all.push(...events.map((event) => event.id))
    assert.equal(result.ok && result.revision, BigInt(known.length + events.length - 1))
    model.appends.push({ stream, events, expected, result })
  } else {
    assert.deepEqual(result, { ok: false, actual: known.length === 0 ? 'no_stream' : BigInt(known.length - 1) })
  }
}

async function compareRepeat(store: Store, model: Model, which: number): Promise<void> {
  const append = model.appends[which % Math.max(model.appends.length, 1)]
  if (append === undefined) return
  assert.deepEqual(await store.append(append.stream, append.events, { expected: append.expected }), append.result)
}

async function compareRead(
  store: Store,
  model: Model,
  { stream, step }: { stream: string; step: Extract<Operation, { kind: 'read' }> },
): Promise<void> {
  const known = model.streams.get(stream) ?? []
  const expected = step.backwards ? known.slice(0, step.from + 1).toReversed() : known.slice(step.from)
  const direction = step.backwards ? 'backwards' : 'forwards'
  const read = await readStream(store, stream, { from: toRevision(step.from), limit: step.limit, direction })
  const text = ({ id, type, data, metadata }: NewEvent): string => JSON.stringify([id, type, data, metadata])
  assert.deepEqual(read.map(text), expected.slice(0, step.limit).map(text))
}

/** Few contents, so that what repeats is stored the way that repeated content is stored. */
function eventOf(content: number): NewEvent {
  const json = awkwardJson[content % awkwardJson.length] ?? null
  if (content % 3 === 0) return agentRecord('x@1', { pending: content, active: [`s${content}`] })
  return { ...plainEvent(json), metadata: content % 2 === 0 ? { json } : json }
}
