/**
 * Hands appends of other connections to those who listen on this one. What a listener has not taken yet is kept as the
 * newest revision per stream: bounded by the number of streams, however slow the listener.
 */
import type { RefoldError } from '../errors.js'
import type { Revision } from '../record/revision.js'
import { manyMayListen } from '../world/many-listeners.js'
import { ChangeSignal } from './change-signal.js'
import type { ExternalAppend } from './port.js'

interface Listener {
  readonly changes: ChangeSignal
  readonly pending: Map<string, Revision>
}

/** What `Store.externalAppends` is made of: the store reports, each listener takes what came since it last took. */
export class ExternalFeed {
  readonly #listeners = new Set<Listener>()
  #failure: RefoldError | undefined

  /** Whether anyone listens: without, a store need not look for external appends. */
  get listened(): boolean {
    return this.#listeners.size > 0
  }

  report(append: ExternalAppend): void {
    for (const listener of this.#listeners) {
      listener.pending.set(append.stream, append.revision)
      listener.changes.notify()
    }
  }

  /** Listens from this call on, not only from the first `next()`. */
  listen(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<readonly ExternalAppend[]> {
    const listener: Listener = { changes: new ChangeSignal(), pending: new Map() }
    const leave = (): void => {
      this.#listeners.delete(listener)
      listener.changes.close()
    }
    if (options.signal?.aborted === true || this.#failure !== undefined) listener.changes.close()
    else this.#listeners.add(listener)
    if (options.signal !== undefined) manyMayListen(options.signal).addEventListener('abort', leave, { once: true })
    const reports = takeReports(listener, () => {
      options.signal?.removeEventListener('abort', leave)
      leave()
    })
    return this.#untilFailed(reports, options)
  }

  /** Nothing can be told any more: each listening, also one that is yet to begin, ends with this error. */
  fail(error: RefoldError): void {
    this.#failure ??= error
    this.close()
  }

  close(): void {
    for (const listener of this.#listeners) listener.changes.close()
    this.#listeners.clear()
  }

  async *#untilFailed(
    reports: AsyncIterable<readonly ExternalAppend[]>,
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<readonly ExternalAppend[], void, undefined> {
    yield* reports
    if (this.#failure !== undefined && signal?.aborted !== true) throw this.#failure
  }
}

async function* takeReports(
  listener: Listener,
  leave: () => void,
): AsyncGenerator<readonly ExternalAppend[], void, undefined> {
  const { changes, pending } = listener
  try {
    while (!changes.closed) {
      const seen = changes.version
      if (pending.size > 0) {
        const appends = [...pending].map(([stream, revision]) => ({ stream, revision }))
        pending.clear()
        yield appends
      }
      await changes.changedSince(seen)
    }
  } finally {
    leave()
  }
}
