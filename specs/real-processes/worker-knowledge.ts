/**
 * What a worker could know of a stream at an instant, at least: what its own store told it, and what was durable for so
 * long, while its event loop turned, that it had to see it. A body is judged by that, not by what no one could know yet.
 */
import { factsOf } from './fact.js'
import type { Fact } from './fact.js'
import type { Seen } from './store-watch.js'

/**
 * A worker learns what another one stored by looking at the file every 15 ms and reading the stream. When its event loop
 * has turned for so long since the record, and since it was last stopped, it has to know.
 */
const HAS_TO_KNOW_MS = 100

interface Known {
  readonly revision: number
  readonly at: number
}

/** The newest revision that a worker has to know of a stream at an instant; -1: none. */
export type Knowledge = (where: { readonly by: string; readonly stream: string; readonly at: number }) => number

/** From the workers' own facts, and from when an observer outside saw each record. */
export function workerKnowledge(facts: readonly Fact[], seen: readonly Seen[]): Knowledge {
  const stored = factsOf(facts, 'stored')
  const told = listed([...stored, ...factsOf(facts, 'read')], ({ by, stream }) => `${by} ${stream}`)
  const durable = listed(
    [...stored, ...seen.map(({ event: { stream, revision }, at }) => ({ stream, revision: Number(revision), at }))],
    ({ stream }) => stream,
  )
  const stalls = listed(
    factsOf(facts, 'stalled').map(({ by, at }) => ({ by, at, revision: 0 })),
    ({ by }) => by,
  )
  return ({ by, stream, at }) => {
    const awakeSince = Math.max(-Infinity, ...before(stalls.get(by), at).map((stall) => stall.at))
    const published = awakeSince < at - HAS_TO_KNOW_MS ? before(durable.get(stream), at - HAS_TO_KNOW_MS) : []
    const known = [...before(told.get(`${by} ${stream}`), at), ...published]
    return Math.max(-1, ...known.map(({ revision }) => revision))
  }
}

function before(known: readonly Known[] | undefined, at: number): readonly Known[] {
  return (known ?? []).filter((one) => one.at < at)
}

function listed<T extends Known>(
  items: readonly T[],
  nameOf: (item: T) => string,
): ReadonlyMap<string, readonly Known[]> {
  const lists = new Map<string, T[]>()
  for (const item of items) {
    const list = lists.get(nameOf(item)) ?? []
    lists.set(nameOf(item), list)
    list.push(item)
  }
  return lists
}
