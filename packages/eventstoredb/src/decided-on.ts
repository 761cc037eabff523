/**
 * Whether a stream still holds the event that an append was decided on. The server compares revisions only, so the event is
 * looked at before the append, unless this connection knows it and was never interrupted since: a log is not put back under
 * a server that runs.
 */
import type { AppendOptions, StoredEvent } from '@refold/core/store'
import { assertDecidedOn, RefoldError } from '@refold/core/store'
import type { Connection } from './connection.js'
import { readRecords, readStream, type Reading } from './reading.js'

/** Streams remembered; of others the event is read once more. */
const MAX_STREAMS = 10_000

/** Members of a stream's metadata by which the server hides its oldest events. */
const CUTS = ['$maxAge', '$maxCount', '$tb'] as const

type InTime = Pick<Reading, 'deadline'>

interface KnownEvent {
  readonly revision: bigint
  readonly id: string
}

export class DecidedOn {
  readonly #connection: Connection
  readonly #known = new Map<string, KnownEvent>()
  /** They are taken, and nothing was read of them since that was said. */
  readonly #unseen = new Set<string>()
  #interruptions = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The newest event of a stream that this connection has seen stored. */
  know(stream: string, { revision, id }: KnownEvent): void {
    this.#forgetAfterInterruption()
    if (this.#known.size >= MAX_STREAMS) this.#known.clear()
    this.#known.set(stream, { revision, id })
    this.#unseen.delete(stream)
  }

  /** Passes pages on, and remembers what they end with, unless the connection was interrupted since the page before. */
  async *knowing(
    pages: AsyncIterable<readonly StoredEvent[]>,
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const { shared } = this.#connection
    let before = shared.interruptions
    for await (const page of pages) {
      const last = page.at(-1)
      if (last !== undefined && shared.interruptions === before) this.know(last.stream, last)
      before = shared.interruptions
      yield page
    }
  }

  /** Throws `STORE_FATAL` when another event stands at the expected revision, or none. */
  async assert(stream: string, { expected, expectedId, deadline }: AppendOptions & InTime): Promise<void> {
    if (expected === 'no_stream' || expectedId === undefined) return
    this.#forgetAfterInterruption()
    const known = this.#known.get(stream)
    if (known?.revision === expected && known.id === expectedId) return
    let found: StoredEvent | undefined
    for await (const [event] of readStream(this.#connection, stream, { from: expected, limit: 1, deadline }))
      found = event
    assertDecidedOn(found?.revision === expected ? found.id : undefined, { stream, expected, expectedId })
  }

  /**
   * A stream could not be begun since it is there. When that is said again with nothing read in between, its events do not come: throws
   * `STORE_FATAL` where the stream's own settings hide them.
   */
  async assertShown(stream: string, { deadline }: InTime): Promise<void> {
    if (!this.#unseen.has(stream)) {
      if (this.#unseen.size >= MAX_STREAMS) this.#unseen.clear()
      this.#unseen.add(stream)
      return
    }
    const cuts = await cutsOf(this.#connection, stream, { deadline })
    if (cuts.length === 0) return
    for await (const page of this.knowing(readStream(this.#connection, stream, { limit: 1, deadline })))
      if (page.length > 0) return
    throw new RefoldError('STORE_FATAL', `all records of ${stream} were cut off in the server (${cuts.join(', ')})`, {
      hint: 'An agent is its whole history: put the stream back from a backup, or take another id.',
      facts: { stream },
    })
  }

  /** What comes back may be another log. */
  #forgetAfterInterruption(): void {
    const { interruptions } = this.#connection.shared
    if (interruptions === this.#interruptions) return
    this.#interruptions = interruptions
    this.#known.clear()
  }
}

/** Those that a stream has. */
async function cutsOf(connection: Connection, stream: string, { deadline }: InTime): Promise<readonly string[]> {
  const settings = readRecords(connection, {
    deadline,
    doing: `reading the settings of ${stream}`,
    call: (client) => client.readStream(`$$${connection.options.prefix}${stream}`, { backwards: true, limit: 1 }),
  })
  for await (const [record] of settings) {
    const { data } = record ?? {}
    return typeof data === 'object' && data !== null ? CUTS.filter((name) => Object.hasOwn(data, name)) : []
  }
  return []
}
