/** So many at a time. */
const WIDTH = 32

/** Does something for each, in order, a bounded number at a time: the next begins when any has ended. Rejects with the first error. */
export async function inParallel<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items[Symbol.iterator]()
  const work = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await act(next.value)
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
}

/**
 * The same for what is all or nothing: after an error nothing more begins. Resolves to what each gave, in their order, when all that was begun has
 * ended; rejects then, with the error of the first of them that failed.
 */
export async function allInParallel<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const failures: { readonly at: number; readonly error: unknown }[] = []
  await inParallel(items.entries(), async ([at, item]) => {
    if (failures.length > 0) return
    try {
      results[at] = await act(item)
    } catch (error) {
      failures.push({ at, error })
    }
  })
  const [first] = failures.toSorted((one, other) => one.at - other.at)
  if (first !== undefined) throw first.error
  return results
}
