/** The contract of what a store keeps for projections, where it does. */
import assert from 'node:assert/strict'
import { toRevision } from '@refold/core'
import type { JsonObject, NewEvent, Store, StoredEvent } from '@refold/core'
import type {
  BuildChange,
  JsonValue,
  ProjectionBuild,
  Projections,
  ScannedEvent,
  ScannedPage,
} from '@refold/core/store'
import { collect, readEverything } from './contract-case.js'
import type { ContractCase } from './contract-case.js'
import { agentRecord, plainEvents } from './sample-events.js'

const ORDERS: ProjectionBuild = {
  projection: 'orders',
  version: 1,
  generation: 1,
  revision: 1,
  state: 'building',
  checkpoint: null,
  members: ['status', 'total'],
  at: 1_790_000_000_000,
  about: { records: 0 },
}

type Documents = Readonly<Record<string, JsonValue | undefined>>

function first(documents: Documents = {}, build: Partial<ProjectionBuild> = {}): BuildChange {
  return { build: { ...ORDERS, ...build }, expected: 0, documents: new Map(Object.entries(documents)) }
}

function next(
  { build }: BuildChange,
  documents: Documents = {},
  changes: Partial<Omit<ProjectionBuild, 'revision'>> = {},
): BuildChange {
  const { revision } = build
  return {
    build: { ...build, ...changes, revision: revision + 1 },
    expected: revision,
    documents: new Map(Object.entries(documents)),
  }
}

async function allOf(projections: Projections, build = ORDERS): Promise<Documents> {
  return Object.fromEntries(await collect(projections.entries(build)))
}

/** Of a store that keeps no documents there is nothing to prove. */
function withDocuments(
  title: string,
  run: (projections: Projections, connect: () => Promise<Projections>) => Promise<void>,
): ContractCase {
  const of = ({ projections }: Store): Projections => projections as Projections
  return {
    title,
    run: async ({ connect }) => {
      const store = await connect()
      if (store.projections !== undefined) await run(store.projections, async () => of(await connect()))
    },
  }
}

export const projectionCases: readonly ContractCase[] = [
  withDocuments(
    'PRJ-20 a commit stores documents and the build, for every connection',
    async (projections, connect) => {
      assert.deepEqual(await projections.builds(), [])
      assert.deepEqual(await allOf(projections), {})
      const made = first({ a: { status: 'paid', total: 1 } })
      assert.equal(await projections.commit([made]), true)
      const other = await connect()
      assert.deepEqual(await other.builds(), [made.build])
      const changed = next(
        made,
        { a: { status: 'sent', total: 2 }, b: [1, 'x', null] },
        { checkpoint: 'x', about: null },
      )
      assert.equal(await other.commit([changed]), true)
      assert.deepEqual(await projections.builds('orders'), [changed.build])
      assert.deepEqual(await projections.builds('others'), [])
      assert.deepEqual(await allOf(projections), { a: { status: 'sent', total: 2 }, b: [1, 'x', null] })
    },
  ),
  withDocuments(
    'PRJ-20 a commit on another revision than the expected one stores nothing',
    async (projections, connect) => {
      const made = first({ a: 1 })
      assert.equal(await projections.commit([next(made, { a: 9 })]), false)
      assert.deepEqual(await projections.builds(), [])
      await projections.commit([made])
      assert.equal(await projections.commit([first({ a: 9 })]), false)
      const one = next(made, { a: 2 })
      const two = next(made, { a: 3 })
      const other = await connect()
      const stored = await Promise.all([projections.commit([one]), other.commit([two])])
      assert.deepEqual(stored.toSorted(), [false, true])
      assert.deepEqual(await allOf(projections), { a: stored[0] ? 2 : 3 })
    },
  ),
  withDocuments('PRJ-20 a commit of several builds is stored as a whole or not at all', async (projections) => {
    const made = first({ a: 1 })
    const second = first({ a: 2 }, { version: 2 })
    await projections.commit([made, second])
    assert.equal(await projections.commit([next(made, { a: 7 }), { ...next(second, { a: 8 }), expected: 5 }]), false)
    assert.deepEqual([await allOf(projections), await allOf(projections, second.build)], [{ a: 1 }, { a: 2 }])
    const swap = [next(made, {}, { state: 'previous' }), next(second, {}, { state: 'current' })]
    assert.equal(await projections.commit(swap), true)
    assert.deepEqual(
      (await projections.builds()).map(({ version, state }) => [version, state]),
      [
        [1, 'previous'],
        [2, 'current'],
      ],
    )
  }),
  withDocuments('PRJ-21 documents are given by key, and in the order of their keys as UTF-8', async (projections) => {
    const keys = ['a', 'A', 'ä', 'a\u0308', 'ab', 'a b', "'", '"', '%', '\uFFFD', '🐋', 'key-2', '10', '9']
    await projections.commit([first(Object.fromEntries(keys.map((key) => [key, { of: key }])))])
    const found = await projections.get(ORDERS, [...keys, 'nothing'])
    assert.deepEqual(new Set(found.keys()), new Set(keys))
    for (const key of keys) assert.deepEqual(found.get(key), { of: key })
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    const keysOf = async (options: { after?: string; limit?: number }): Promise<readonly string[]> =>
      (await collect(projections.entries(ORDERS, options))).map(([key]) => key)
    assert.deepEqual(await keysOf({}), sorted)
    assert.deepEqual(await keysOf({ after: 'a', limit: 3 }), sorted.slice(sorted.indexOf('a') + 1).slice(0, 3))
  }),
  withDocuments('PRJ-21 thousands of documents are given back, and removed ones are gone', async (projections) => {
    const many = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => [`k${index}`, index]))
    const made = first(many)
    await projections.commit([made])
    assert.deepEqual(await allOf(projections), many)
    await projections.commit([next(made, Object.fromEntries(Object.keys(many).map((key) => [key, undefined])))])
    assert.deepEqual(await allOf(projections), {})
    assert.equal((await projections.get(ORDERS, ['k1'])).size, 0)
  }),
  withDocuments('PRJ-21 a document is kept as it was put', async (projections) => {
    const document = { nested: { list: [1, 'ä\n\u0000', 1e300, -0.5] }, '': null, __b: true }
    const given = structuredClone(document)
    await projections.commit([first({ a: given })])
    given.nested.list.push(2)
    assert.deepEqual((await projections.get(ORDERS, ['a'])).get('a'), document)
  }),
  withDocuments('PRJ-22 a removed build is gone with its documents, and can be made again', async (projections) => {
    const made = first({ a: 1 }, { state: 'current' })
    const second = first({ a: 2 }, { version: 2 })
    await projections.commit([made, second])
    await projections.remove(made.build)
    await projections.remove(made.build)
    assert.deepEqual(await projections.builds(), [second.build])
    assert.deepEqual([await allOf(projections), await allOf(projections, second.build)], [{}, { a: 2 }])
    assert.equal(await projections.commit([next(made)]), false)
    assert.equal(await projections.commit([first({ b: 3 })]), true)
    assert.deepEqual(await allOf(projections), { b: 3 })
  }),
  {
    title: 'PRJ-23 a scan gives what readAll gives of the named definitions, and says how far it goes',
    run: async ({ connect }) => {
      const store = await connect()
      if (store.scan === undefined) return
      await appendSteps(store)
      const all = await readEverything(store)
      for (const definitions of [undefined, ['order'], ['other', 'order'], ['none']]) {
        const wanted = all.filter(({ stream }) => definitions?.includes(stream.split('-')[0] ?? '') ?? true)
        for (const after of [undefined, all[40]?.position]) {
          const options = { ...(definitions && { definitions }), ...(after !== undefined && { after }) }
          const expected = wanted.filter(({ position }) => after === undefined || position > after)
          await scansAs(store.scan(options), { all, expected })
        }
      }
    },
  },
]

/** Streams of three definitions, with events that are no records between them. */
async function appendSteps(store: Store): Promise<void> {
  for (let agent = 0; agent < 30; agent++)
    for (const name of ['order', 'orders', 'other']) {
      const records = Array.from({ length: 3 }, (_, step) => steppingRecord(name, agent, step))
      await store.append(`${name}-${agent}`, records, { expected: 'no_stream' })
      await store.append(`${name}-${agent}`, plainEvents(1), { expected: toRevision(2) })
    }
}

async function scansAs(
  pages: AsyncIterable<ScannedPage>,
  { all, expected }: { readonly all: readonly StoredEvent[]; readonly expected: readonly StoredEvent[] },
): Promise<void> {
  const found: ScannedEvent[] = []
  let last: ScannedPage['last'] | undefined
  for await (const page of pages) {
    found.push(...page.events)
    last = page.last
    const event = all.find(({ position }) => position === page.last.position)
    assert.deepEqual([last.stream, last.id, last.revision], [event?.stream, event?.id, event?.revision])
  }
  assert.deepEqual(found.map(shown), expected.map(shown))
  assert.deepEqual(
    found.map(headerOf),
    expected.map(({ metadata }) => withoutPatch(metadata)),
  )
  assert.equal(last?.position, all.at(-1)?.position)
}

function shown({ stream, revision, position, id, type, data }: Omit<ScannedEvent, 'header'>): readonly unknown[] {
  return [stream, revision, position, id, type, data]
}

/** One with a patch, and now and then with something emitted. */
function steppingRecord(name: string, agent: number, step: number): NewEvent {
  const patch = [{ op: 'replace', path: '/state/root/context/step', value: `${agent}/${step}` }]
  const emit = step === 1 ? { emit: [{ type: 'stepped', agent }] } : {}
  const record = agentRecord(`${name}@1`, { active: [`s${step}`], by: agent % 2 === 0 ? 'ana' : `b${agent}` })
  const { refold } = record.metadata as { readonly refold: JsonObject }
  return {
    ...record,
    data: { src: 'draft', output: { agent, step } },
    metadata: { refold: { ...refold, body: { patch, ...emit } } },
  }
}

/** As far as it is promised. */
function headerOf({ header }: ScannedEvent): unknown {
  return withoutPatch({ refold: header ?? null })
}

function withoutPatch(metadata: JsonValue): unknown {
  const { refold } = metadata as { readonly refold?: { readonly body?: { readonly emit?: JsonValue } } | null }
  if (refold === null || refold === undefined) return undefined
  const { body, ...header } = refold
  return { ...header, emit: body?.emit }
}
