/** What is read one after the other, each from its beginning, while the beginnings of the next ones are on their way. */

/** So many are begun: of each of them one page is held. */
const AHEAD = 8

/**
 * The pages of each, in their order. Those of one are to be taken, or left, before those of the next; what was begun and is not
 * taken is ended when the caller ends.
 */
export async function* readAhead<T, P>(
  items: Iterable<T>,
  read: (item: T) => AsyncIterable<P>,
): AsyncGenerator<readonly [T, AsyncIterable<P>], void, undefined> {
  const begun: { readonly item: T; readonly pages: Begun<P> }[] = []
  const rest = items[Symbol.iterator]()
  const begin = (): void => {
    const next = begun.length < AHEAD ? rest.next() : undefined
    if (next === undefined || next.done === true) return
    begun.push({ item: next.value, pages: new Begun(read(next.value)) })
    begin()
  }
  try {
    begin()
    for (let first = begun.shift(); first !== undefined; first = begun.shift()) {
      begin()
      try {
        yield [first.item, first.pages]
      } finally {
        await first.pages.end()
      }
    }
  } finally {
    await Promise.allSettled(begun.map(({ pages }) => pages.end()))
  }
}

/** Pages, of which the first is asked for already. */
class Begun<P> implements AsyncIterable<P> {
  readonly #pages: AsyncIterator<P>
  readonly #first: Promise<IteratorResult<P>>

  constructor(pages: AsyncIterable<P>) {
    this.#pages = pages[Symbol.asyncIterator]()
    this.#first = this.#pages.next()
    this.#first.catch(() => {}) // told when its turn comes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<P, void, undefined> {
    for (let next = await this.#first; next.done !== true; next = await this.#pages.next()) yield next.value
  }

  /** Once its first page is there: a generator ends where it stands. */
  async end(): Promise<void> {
    await this.#first.catch(() => {})
    await this.#pages.return?.()
  }
}
