/** What a fleet is looked at in. */
import type { DirectoryEntry, DirectoryQuery, Store } from '@refold/core/store'
import type { HistoryOptions } from '@refold/core/history'

/** A store, and what its records need to be read. */
export interface FleetSource extends Pick<HistoryOptions, 'codecs'> {
  readonly store: Pick<Store, 'directory' | 'read' | 'replay'>
}

/** Pages that are counted before others have their turn. */
const TURN = 8

/** Pages of entries, until the signal aborts: others go on meanwhile. */
export async function* pagesOf(
  { store }: Pick<FleetSource, 'store'>,
  query: DirectoryQuery,
  signal?: AbortSignal,
): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
  let pages = 0
  for await (const page of store.directory.find(query)) {
    if (++pages % TURN === 0) await new Promise((resolve) => setTimeout(resolve))
    signal?.throwIfAborted()
    yield page
  }
}

/** So many agents are read at a time. */
const WIDTH = 8

/** Does something for each, a bounded number at a time, until the signal aborts. Rejects with the first error, and `AbortError`. */
export async function forEach<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length) {
      signal?.throwIfAborted()
      const index = next++
      await act(items[index] as T, index) // it is there
    }
  }
  await Promise.all(Array.from({ length: Math.min(WIDTH, items.length) }, work))
}
