/** Random operations on stores, as data: each store gets the same ones. */
import type { DirectoryQuery, JsonValue, NewEvent } from '@refold/core'
import fc from 'fast-check'
import { agentRecord, awkwardJson, plainEvent } from '../store-contract/sample-events.js'

/** `by`: which of the two connections to a store. `after`: the position of that event, counted in the order of appends. */
export type StoreOperation =
  | {
      readonly kind: 'append'
      readonly by: number
      readonly stream: string
      /** From the last revision that is known. */
      readonly off: number
      readonly events: readonly NewEvent[]
    }
  | { readonly kind: 'repeat'; readonly by: number; readonly which: number; readonly part: 'whole' | 'more' }
  | {
      readonly kind: 'read'
      readonly by: number
      readonly stream: string
      readonly from: number | undefined
      readonly limit: number | undefined
      readonly direction: 'forwards' | 'backwards'
    }
  | {
      readonly kind: 'read all'
      readonly by: number
      readonly after: number | undefined
      readonly limit: number | undefined
      readonly direction: 'forwards' | 'backwards'
    }
  | {
      readonly kind: 'subscribe'
      readonly by: number
      readonly stream: string | undefined
      readonly after: number | undefined
    }
  | { readonly kind: 'put'; readonly by: number; readonly name: string; readonly value: JsonValue }
  | { readonly kind: 'get' | 'remove' | 'entry'; readonly by: number; readonly name: string }
  | { readonly kind: 'find'; readonly by: number; readonly query: DirectoryQuery }
  | { readonly kind: 'rebuild'; readonly by: number }

const AGENTS = ['boat-1', 'boat-ä b', 'ship-1', 'ship-%41-🐋']
const PLAIN = ['plain', 'no agent']
const REGISTERS = ['one', 'a/b %']
const STATES = ['dock', 'sea', 'work.draft']

const by = fc.nat(1)
const stream = fc.constantFrom(...AGENTS, ...PLAIN)
const json: fc.Arbitrary<JsonValue> = fc.constantFrom(...awkwardJson)
const direction = fc.constantFrom('forwards' as const, 'backwards' as const)
const limit = fc.option(fc.nat(6), { nil: undefined })
const place = fc.option(fc.nat(15), { nil: undefined })

/** Of an agent, what its headers say changes from one to the next; of others, anything. */
const contents = fc.record({
  json,
  state: fc.constantFrom(...STATES),
  status: fc.constantFrom('active', 'done'),
  owner: fc.option(fc.constantFrom('w1', 'w2'), { nil: undefined }),
  pending: fc.nat(2),
  dueAt: fc.option(fc.nat(9), { nil: undefined }),
})

const append = fc
  .record({
    by,
    stream,
    off: fc.constantFrom(0, 0, 0, 0, 0, -1, 1, -9),
    contents: fc.array(contents, { minLength: 1, maxLength: 3 }),
  })
  .map(({ contents: all, ...rest }): StoreOperation => {
    return { kind: 'append', ...rest, events: all.map((content) => eventFor(rest.stream, content)) }
  })

const query: fc.Arbitrary<DirectoryQuery> = fc.record(
  {
    definition: fc.constantFrom('boat', 'ship', 'other'),
    version: fc.constantFrom(1, 2),
    status: fc.constantFrom('active' as const, 'done' as const),
    state: fc.constantFrom(...STATES),
    owner: fc.constantFrom('w1', null),
    hasWork: fc.boolean(),
    dueBefore: fc.nat(9),
    after: fc.constantFrom(...AGENTS),
    limit: fc.nat(3),
  },
  { requiredKeys: [] },
)

/** Appends come often, and mostly expect what is there. */
export const storeOperation: fc.Arbitrary<StoreOperation> = fc.oneof(
  { weight: 10, arbitrary: append },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('repeat' as const),
      by,
      which: fc.nat(30),
      part: fc.constantFrom('whole' as const, 'whole' as const, 'more' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('read' as const), by, stream, from: place, limit, direction }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read all' as const), by, after: place, limit, direction }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      by,
      stream: fc.option(stream, { nil: undefined }),
      after: place,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('put' as const), by, name: fc.constantFrom(...REGISTERS), value: json }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('get' as const, 'remove' as const),
      by,
      name: fc.constantFrom(...REGISTERS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('entry' as const), by, name: stream }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('find' as const), by, query }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rebuild' as const), by }) },
)

type Content = typeof contents extends fc.Arbitrary<infer T> ? T : never

function eventFor(name: string, { json: data, state, status, owner, pending, dueAt }: Content): NewEvent {
  if (PLAIN.includes(name)) return { ...plainEvent(data), metadata: { data } }
  const [definition = ''] = name.split('-')
  return agentRecord(`${definition}@1`, {
    active: [state],
    status,
    pending,
    ...(owner !== undefined && { owner, epoch: 1 }),
    ...(dueAt !== undefined && { nextDueAt: dueAt }),
  })
}
