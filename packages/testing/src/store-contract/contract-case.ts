/** What a case of the store contract is given, and the few things that most of them do with it. */
import assert from 'node:assert/strict'
import type {
  DirectoryEntry,
  DirectoryQuery,
  ReadAllOptions,
  ReadOptions,
  Store,
  StoredEvent,
  SubscriptionItem,
} from '@refold/core'

/** An empty place for data, of its own for each case. */
export interface ContractData {
  /** Opens one more connection to the same data, as another process would. */
  readonly connect: () => Store | Promise<Store>
  /** Removes the data, after every connection is closed. */
  readonly dispose?: () => void | Promise<void>
}

/** What a case uses: every store it connects is closed when the case ends. */
export interface CaseContext {
  readonly connect: () => Promise<Store>
}

export interface ContractCase {
  /** A sentence; in front of it the ids of the guarantees of `specs/04-store-port.md` that it proves. */
  readonly title: string
  /** Not for stores whose readers may see a part of an append for a moment. */
  readonly isForWholeAppends?: true
  readonly run: (context: CaseContext) => Promise<void>
}

/** All events of a stream, or of a part of it. */
export async function readStream(
  store: Store,
  stream: string,
  options: ReadOptions = {},
): Promise<readonly StoredEvent[]> {
  return collect(store.read(stream, options))
}

/** All events, or a part of them. */
export async function readEverything(store: Store, options: ReadAllOptions = {}): Promise<readonly StoredEvent[]> {
  return collect(store.readAll(options))
}

/** The streams of the entries that a query finds. */
export async function findStreams(store: Store, query: DirectoryQuery = {}): Promise<readonly string[]> {
  return (await findEntries(store, query)).map((entry) => entry.stream)
}

export async function findEntries(store: Store, query: DirectoryQuery = {}): Promise<readonly DirectoryEntry[]> {
  return collect(store.directory.find(query))
}

/** Items of a subscription until the condition holds for those so far. */
export async function takeUntil(
  items: AsyncIterable<SubscriptionItem>,
  isEnough: (events: readonly StoredEvent[], last: SubscriptionItem) => boolean,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const item of items) {
    if (item.kind === 'event') events.push(item.event)
    if (isEnough(events, item)) return events
  }
  return assert.fail(`the subscription ended after ${events.length} events`)
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(...page)
  return all
}

/** The promise must reject with a Refold error of this code. */
export async function rejectsWith(code: string, operation: () => Promise<unknown>): Promise<void> {
  await assert.rejects(operation, (error: unknown) => error instanceof Error && 'code' in error && error.code === code)
}
