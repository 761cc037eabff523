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
