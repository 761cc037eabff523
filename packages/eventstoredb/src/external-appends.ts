/**
 * Tells listeners of what other connections appended. Own appends are known by the ids of their events.
 *
 * Invariants: what was stored before a listener came is not told to it, what is stored after is; to be sure, a listener's
 * first act is to look for the end of the log, and the appends of this process wait for that look.
 */
import type { ExternalAppend, RefoldError } from '@refold/core/store'
import { ExternalFeed, toRevision } from '@refold/core/store'
import type { WireEvent, WireRecord } from './client/wire.js'
import type { Connection } from './connection.js'
import { endOfLog } from './reading.js'

interface Listener {
  readonly feed: ExternalFeed
  /** Everything up to here is old. `undefined`: not known yet. */
  end: bigint | undefined
  held: WireRecord[]
}

/** Own ids are remembered until the feed has shown them; this bounds them when it never does. */
const MAX_OWN_IDS = 100_000

export class ExternalAppends {
  readonly #connection: Connection
  readonly #listeners = new Set<Listener>()
  readonly #own = new Set<string>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** `running`: brings the feed to run; when it cannot, the listening ends with its error. */
  listen(
    { signal }: { readonly signal?: AbortSignal | undefined },
    running: () => Promise<void>,
  ): AsyncIterable<readonly ExternalAppend[]> {
    const listener: Listener = { feed: new ExternalFeed(), end: undefined, held: [] }
    const reports = listener.feed.listen(signal === undefined ? {} : { signal })
    if (!listener.feed.listened) return reports
    this.#listeners.add(listener)
    const end = endOfLog(this.#connection)
    this.#connection.shared.holdAppends(end)
    const begun = Promise.all([end, running()]).then(([end]) => this.#begin(listener, end))
    begun.catch(() => {}) // told to the one who takes the reports, also where that is later
    return this.#reports(listener, { reports, begun })
  }

  /** Before the append is sent. */
  expect(events: readonly WireEvent[]): void {
    for (const { id } of events) this.#own.add(id)
    for (const id of this.#own) {
      if (this.#own.size <= MAX_OWN_IDS) break
      this.#own.delete(id)
    }
  }

  /** It was surely not stored, or no one will show it. */
  forget(events: readonly WireEvent[]): void {
    for (const { id } of events) this.#own.delete(id)
  }

  show(record: WireRecord): void {
    if (this.#own.delete(record.id)) return
    for (const listener of this.#listeners) {
      if (listener.end === undefined) listener.held.push(record)
      else this.#report(listener, record)
    }
  }

  /** Nothing of this log is told any more: each listening ends with this error. */
  fail(error: RefoldError): void {
    for (const { feed } of this.#listeners) feed.fail(error)
  }

  close(): void {
    for (const { feed } of this.#listeners) feed.close()
    this.#listeners.clear()
  }

  #begin(listener: Listener, end: bigint): void {
    listener.end = end
    for (const record of listener.held) this.#report(listener, record)
    listener.held = []
  }

  #report({ feed, end }: Listener, { stream, revision, position }: WireRecord): void {
    if (end !== undefined && position <= end) return
    feed.report({ stream: stream.slice(this.#connection.options.prefix.length), revision: toRevision(revision) })
  }

  async *#reports(
    listener: Listener,
    { reports, begun }: { reports: AsyncIterable<readonly ExternalAppend[]>; begun: Promise<void> },
  ): AsyncGenerator<readonly ExternalAppend[], void, undefined> {
    const failed = begun.catch((error: unknown) => {
      listener.feed.close()
      return { error }
    })
    try {
      yield* reports
      const failure = await Promise.race([failed, Promise.resolve()])
      if (failure !== undefined && !this.#connection.closed.aborted) throw failure.error
    } finally {
      this.#listeners.delete(listener)
    }
  }
}
