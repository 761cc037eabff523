/** The contract of the directory. */
import assert from 'node:assert/strict'
import type { DirectoryQuery, JsonObject, Store } from '@refold/core'
import { toRevision } from '@refold/core'
import { rebuildDirectory } from '@refold/core/store'
import type { ContractCase } from './contract-case.js'
import { findEntries, findStreams } from './contract-case.js'
import { agentRecord, plainEvent } from './sample-events.js'

/** Queries that agents enter and leave, and one that none leaves. */
const PAGED: DirectoryQuery[] = [{}, { state: 'sea' }, { definition: 'ship', status: 'active' }, { pending: true }]
const SAILING: JsonObject = { active: ['sea'], status: 'active', pending: 1 }
/** Matches none of those that an agent can leave. */
const GONE: JsonObject = { active: ['dock'], status: 'done', pending: 0 }

export const directoryCases: readonly ContractCase[] = [
  {
    title: 'DIR-1 an agent is listed as its headers describe it, from the answer to its first append on',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await record(store, 'ship-1', [{ active: ['dock'], status: 'active', owner: 'w1', epoch: 1, pending: 1 }])
      const first = {
        stream: 'ship-1',
        definition: 'ship',
        version: 2,
        id: '1',
        status: 'active',
        condition: 'running',
      }
      const dock = { ...first, active: ['dock'], owner: 'w1', epoch: 1, pending: 1, inDoubt: 0 }
      for (const reader of [store, other]) assert.deepEqual(await reader.directory.get('ship-1'), dock)
      await record(
        other,
        'ship-1',
        [
          { active: ['sea', 'sail'], nextDueAt: 50 },
          { owner: null, pending: 0, epoch: 2 },
        ],
        { first: 1 },
      )
      const { owner: _, ...released } = dock
      const sea = { ...released, active: ['sea', 'sail'], epoch: 2, pending: 0, nextDueAt: 50 }
      for (const reader of [store, other]) assert.deepEqual(await reader.directory.get('ship-1'), sea)
      await record(store, 'ship-1', [{ epoch: 1 }, { nextDueAt: null, condition: 'paused', inDoubt: 1 }], { first: 3 })
      const { nextDueAt: __, ...noTimer } = sea
      assert.deepEqual(await store.directory.get('ship-1'), { ...noTimer, condition: 'paused', inDoubt: 1 })
      assert.equal(await store.directory.get('ship-2'), undefined)
    },
  },
  {
    title: 'DIR-1 FRK-18 an agent that begins as a fork is listed, paused and of no one, and a rebuild lists it so',
    run: async ({ connect }) => {
      const store = await connect()
      const told = { status: 'active', active: ['dock'], condition: 'paused', pending: 1, inDoubt: 1 }
      const forked = agentRecord('ship@2', { ...told, owner: null, input: { kind: 'forked' } })
      await store.append('ship-2', [{ ...forked, type: 'refold.forked' }], { expected: 'no_stream' })
      const listed = await store.directory.get('ship-2')
      assert.deepEqual(listed, { stream: 'ship-2', definition: 'ship', version: 2, id: '2', epoch: 0, ...told })
      assert.deepEqual((await rebuildDirectory(store)).get('ship-2'), listed)
    },
  },
  {
    title: 'DIR-1 an agent whose id holds hyphens and signs belongs to its definition',
    run: async ({ connect }) => {
      const store = await connect()
      await record(store, 'ship-a-b@c ü', [{ active: ['dock'] }])
      await record(store, 'ship-', [{ active: ['dock'] }])
      await record(store, 'shipyard-1', [{ active: ['dock'] }], { agent: 'shipyard@2' })
      const entry = await store.directory.get('ship-a-b@c ü')
      assert.deepEqual([entry?.definition, entry?.id], ['ship', 'a-b@c ü'])
      assert.deepEqual(await findStreams(store, { definition: 'ship' }), ['ship-a-b@c ü', 'ship-'])
    },
  },
  {
    title: 'DIR-2 each field of a query narrows the result, and so do several together',
    // oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a query
    run: async ({ connect }) => {
      const store = await fleet(await connect())
      const found: readonly (readonly [DirectoryQuery, readonly string[]])[] = [
        [{}, ['ship-1', 'ship-2', 'ship-3', 'ship-4', 'boat-1']],
        [{ definition: 'ship' }, ['ship-1', 'ship-2', 'ship-3', 'ship-4']],
        [{ definition: 'shi' }, []],
        [{ version: 2 }, ['ship-1', 'ship-2', 'ship-3', 'ship-4']],
        [{ version: 1 }, ['boat-1']],
        [{ definition: 'ship', version: 1 }, []],
        [{ status: 'done' }, ['ship-3']],
        [{ status: 'active' }, ['ship-1', 'ship-2', 'ship-4', 'boat-1']],
        [{ status: 'stopped' }, []],
        [{ condition: 'paused' }, ['ship-2']],
        [{ condition: 'running' }, ['ship-1', 'ship-3', 'ship-4', 'boat-1']],
        [{ state: 'sea' }, ['ship-1', 'boat-1']],
        [{ state: 'sail' }, ['ship-1']],
        [{ state: 'nowhere' }, []],
        [{ owner: 'w1' }, ['ship-1', 'ship-2']],
        [{ owner: 'no one' }, []],
        [{ owner: null }, ['ship-3', 'ship-4', 'boat-1']],
        [{ hasWork: true }, ['ship-1', 'ship-2', 'ship-4']],
        [{ hasWork: false }, ['ship-3', 'boat-1']],
        [{ pending: true }, ['ship-1']],
        [{ dueBefore: 99 }, []],
        [{ dueBefore: 100 }, ['ship-2']],
        [{ dueBefore: 1000 }, ['ship-2', 'ship-4']],
        [{ owner: null, hasWork: true }, ['ship-4']],
        [{ owner: 'w1', definition: 'ship', condition: 'running' }, ['ship-1']],
        [{ pending: true, state: 'dock' }, []],
        [{ condition: 'paused', definition: 'boat' }, []],
        [{ status: 'active', state: 'dock', dueBefore: 1000, owner: null }, ['ship-4']],
        [{ definition: 'ship', state: 'sea', owner: 'w1', status: 'active', condition: 'running' }, ['ship-1']],
        [{ definition: 'boat', state: 'dock' }, []],
        [{ limit: 2 }, ['ship-1', 'ship-2']],
        [{ definition: 'ship', limit: 3 }, ['ship-1', 'ship-2', 'ship-3']],
        [{ state: 'dock', limit: 1 }, ['ship-2']],
        [{ limit: 0 }, []],
      ]
      for (const [query, streams] of found)
        assert.deepEqual(await findStreams(store, query), streams, JSON.stringify(query))
    },
  },
  {
    title: 'DIR-3 entries come once each, in the order in which their streams began, over many pages',
    run: async ({ connect }) => {
      const store = await connect()
      const names = Array.from({ length: 1100 }, (_, index) => `ship-${(index * 7919) % 1100}`)
      const states = (name: string): JsonObject => ({ active: [`s${name.length}`] })
      for (const name of names) await record(store, name, [states(name)])
      await record(store, 'ship-0', [{ active: ['s6', 'moved'] }], { first: 1 })
      assert.deepEqual(await findStreams(store), names)
      assert.deepEqual(
        await findStreams(store, { state: 's8' }),
        names.filter((name) => name.length === 8),
      )
    },
  },
  {
    title: 'DIR-6 pages behind one another hold each entry once, whatever the query',
    run: async ({ connect }) => {
      const store = await connect()
      const names = await lanes(store)
      for (const query of PAGED) {
        const all = await findStreams(store, query)
        assert.ok(all.length > 7, JSON.stringify(query))
        assert.deepEqual(await pageByPage(store, query), all, JSON.stringify(query))
      }
      assert.deepEqual(await findStreams(store, { after: 'ship-unknown' }), [])
      assert.deepEqual(await findStreams(store, { after: names.at(-1) ?? '' }), [])
    },
  },
  ...PAGED.map((query): ContractCase => ({
    title: `DIR-6 pages of ${JSON.stringify(query)} hold each entry once while agents come and change`,
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await lanes(store)
      const all = await findStreams(store, query)
      const [came, left]: [string[], string[]] = [[], []]
      const lengths = new Map<string, number>()
      const change = async (name: string | undefined, header: JsonObject): Promise<void> => {
        if (name === undefined) return
        const length = lengths.get(name) ?? 1
        lengths.set(name, length + 1)
        await record(other, name, [header], { first: length })
      }
      const found = await pageByPage(store, query, async (page, seen) => {
        const [next, later] = all.filter((name) => !seen.includes(name) && !left.includes(name))
        // The one that the next page begins behind, and the one that it would begin with, match no more.
        await change(page.at(-1), GONE)
        await change(next, GONE)
        if (next !== undefined) left.push(next)
        // One that was seen and one that is still to come go on, and a new one begins.
        await change(page.at(-2), { epoch: 2 })
        await change(later, { epoch: 2 })
        if (came.length < 3) {
          came.push(`ship-new${came.length}`)
          await record(other, came.at(-1) ?? '', [SAILING])
        }
      })
      const matchedThroughout = all.filter((name) => isAll(query) || !left.includes(name))
      assert.deepEqual(found, [...matchedThroughout, ...came])
    },
  })),
  {
    title: 'DIR-7 a rebuild while others append gives the directory that was kept',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await fleet(store)
      await store.append('noagent', [plainEvent()], { expected: 'no_stream' })
      const rebuilding = store.directory.rebuild()
      await record(other, 'ship-1', [{ active: ['dock'], owner: 'w2', epoch: 4 }], { first: 1 })
      assert.equal((await rebuilding).repaired, 0)
      assert.deepEqual(await other.directory.rebuild(), { agents: 5, repaired: 0 })
      const rebuilt = [...(await rebuildDirectory(store)).values()]
      for (const reader of [store, other]) assert.deepEqual(sorted(await findEntries(reader)), sorted(rebuilt))
    },
  },
  {
    title: 'DIR-4 the directory that was kept equals the one rebuilt from the log',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await fleet(store)
      await record(
        other,
        'ship-1',
        [
          { active: ['dock'], owner: 'w2', epoch: 4 },
          { status: 'error', pending: 0 },
        ],
        { first: 1 },
      )
      await record(store, 'ship-1', [{ owner: null, nextDueAt: 7 }], { first: 3 })
      const rebuilt = [...(await rebuildDirectory(store)).values()]
      for (const reader of [store, other]) assert.deepEqual(sorted(await findEntries(reader)), sorted(rebuilt))
    },
  },
  {
    title: 'DIR-5 events without a valid header, or with that of another agent, do not change the directory',
    run: async ({ connect }) => {
      const store = await connect()
      const headers: readonly JsonObject[] = [
        { v: 'x' },
        { agent: 5 },
        { agent: 'ship' },
        { agent: 'boat@1' },
        { active: 'dock' },
        { active: [1] },
        { pending: -1 },
        { owner: 4 },
        { status: 'sunk' },
        { condition: 'wet' },
        { nextDueAt: 'soon' },
        { epoch: 1.5 },
      ]
      const records = headers.map((header) => agentRecord('ship@1', header))
      await store.append('ship-1', [plainEvent(), ...records], { expected: 'no_stream' })
      await store.append('noagent', [agentRecord('noagent@1')], { expected: 'no_stream' })
      for (const metadata of [null, 5, 'refold', ['refold'], { refold: null }, { refold: [] }]) {
        await store.append(`x-${JSON.stringify(metadata)}`, [{ ...plainEvent(), metadata }], { expected: 'no_stream' })
      }
      assert.deepEqual(await findEntries(store), [])
      await record(store, 'ship-1', [{ active: ['dock'] }], { first: 1 + headers.length })
      assert.deepEqual((await store.directory.get('ship-1'))?.active, ['dock'])
    },
  },
]

async function record(
  store: Store,
  stream: string,
  headers: readonly JsonObject[],
  { first = 0, agent = 'ship@2' }: { readonly first?: number; readonly agent?: string } = {},
): Promise<void> {
  const events = headers.map((header) => agentRecord(agent, header))
  const result = await store.append(stream, events, { expected: first === 0 ? 'no_stream' : toRevision(first - 1) })
  assert.ok(result.ok, `the append to ${stream} conflicts`)
}

async function fleet(store: Store): Promise<Store> {
  await record(store, 'ship-1', [{ active: ['sea', 'sail'], owner: 'w1', epoch: 1, pending: 2 }])
  await record(store, 'ship-2', [{ active: ['dock'], owner: 'w1', epoch: 1, condition: 'paused', nextDueAt: 100 }])
  await record(store, 'ship-3', [{ active: ['gone'], status: 'done' }])
  await record(store, 'ship-4', [{ active: ['dock'], nextDueAt: 1000 }])
  await record(store, 'boat-1', [{ active: ['sea'], inDoubt: 1 }], { agent: 'boat@1' })
  return store
}

/** Sixty agents at sea, every second one with an effect, and a stream of no agent. */
async function lanes(store: Store): Promise<readonly string[]> {
  const names = Array.from({ length: 60 }, (_, index) => `ship-${(index * 7) % 60}`)
  for (const [index, name] of names.entries())
    await record(store, name, [{ active: ['sea', `lane${index % 3}`], ...(index % 2 === 0 ? { pending: 1 } : {}) }])
  await store.append('noagent', [plainEvent()], { expected: 'no_stream' })
  return names
}

function isAll(query: DirectoryQuery): boolean {
  return Object.keys(query).length === 0
}

/** The streams of all pages of seven; `between` runs after each one that is not empty. */
async function pageByPage(
  store: Store,
  query: DirectoryQuery,
  between: (page: readonly string[], seen: readonly string[]) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const found: string[] = []
  for (;;) {
    const last = found.at(-1)
    const page = await findStreams(store, { ...query, limit: 7, ...(last === undefined ? {} : { after: last }) })
    if (page.length === 0) return found
    const again = page.filter((name) => found.includes(name))
    assert.deepEqual(again, [], `held twice, in pages of ${JSON.stringify(query)}`)
    found.push(...page)
    await between(page, found)
  }
}

function sorted<T extends { readonly stream: string }>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => (a.stream < b.stream ? -1 : 1))
}
