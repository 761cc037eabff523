/** Bounded concurrency over a list. */

/** Items looked at at the same time. */
const CONCURRENCY = 32

/** Resolves when all are done; rejects with the first failure of a group. */
export async function inGroups<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += CONCURRENCY)
    await Promise.all(items.slice(from, from + CONCURRENCY).map(act))
}
