/**
 * Whether a stream still holds the event that an append was decided on. The server compares revisions only, so the event is
 * looked at before the append, unless this connection knows it and was never interrupted since: a log is not put back under
 * a server that runs.
 */
import type { AppendOptions, StoredEvent } from '@refold/core/store'
import { assertDecidedOn } from '@refold/core/store'
import type { Connection } from './connection.js'
import { readStream } from './reading.js'

/** Streams remembered; of others the event is read once more. */
const MAX_STREAMS = 10_000

interface KnownEvent {
  readonly revision: bigint
  readonly id: string
}

export class DecidedOn {
  readonly #connection: Connection
  readonly #known = new Map<string, KnownEvent>()
  #interruptions = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The newest event of a stream that this connection has seen stored. */
  know(stream: string, { revision, id }: KnownEvent): void {
    this.#forgetAfterInterruption()
    if (this.#known.size >= MAX_STREAMS) this.#known.clear()
    this.#known.set(stream, { revision, id })
  }

  /** Passes pages on, and remembers what they end with. */
  async *knowing(
    pages: AsyncIterable<readonly StoredEvent[]>,
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    for await (const page of pages) {
      const last = page.at(-1)
      if (last !== undefined) this.know(last.stream, last)
      yield page
    }
  }

  /** Throws `STORE_FATAL` when another event stands at the expected revision, or none. */
  async assert(stream: string, { expected, expectedId }: AppendOptions): Promise<void> {
    if (expected === 'no_stream' || expectedId === undefined) return
    this.#forgetAfterInterruption()
    const known = this.#known.get(stream)
    if (known?.revision === expected && known.id === expectedId) return
    let found: StoredEvent | undefined
    for await (const [event] of readStream(this.#connection, stream, { from: expected, limit: 1 })) found = event
    assertDecidedOn(found?.revision === expected ? found.id : undefined, { stream, expected, expectedId })
  }

  /** What comes back may be another log. */
  #forgetAfterInterruption(): void {
    const { interruptions } = this.#connection.shared
    if (interruptions === this.#interruptions) return
    this.#interruptions = interruptions
    this.#known.clear()
  }
}
