/** The records of one stream as they are stored, near any revision: a few windows of them are kept. */
import type { AgentReader } from '../log/agent-log.js'
import { toRevision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import { noSuchMoment } from './moments.js'

const WINDOW = 64
const WINDOWS = 12

export class StoredRecords {
  readonly stream: string
  readonly #reader: AgentReader
  /** By their number, the one used last at the end. */
  readonly #windows = new Map<number, Promise<readonly StoredEvent[]>>()

  constructor(reader: AgentReader, stream: string) {
    this.#reader = reader
    this.stream = stream
  }

  /** Pages of events from a revision on, to the end or so many. Throws what the store throws, after what stands before it. */
  from(revision: number, limit?: number): AsyncIterable<readonly StoredEvent[]> {
    const range = { from: toRevision(revision), ...(limit === undefined ? undefined : { limit }) }
    return this.#reader.read(this.stream, range)
  }

  /** The event at a revision. Throws `NOT_FOUND`. */
  async at(revision: number): Promise<StoredEvent> {
    const number = Math.floor(revision / WINDOW)
    const events = await (this.#kept(number) ?? this.#load(number))
    const first = Number(events[0]?.revision ?? 0)
    const event = events[revision - first]
    if (event !== undefined) return event
    this.#windows.delete(number) // the stream has grown since
    const again = await this.#load(number)
    const found = again[revision - Number(again[0]?.revision ?? 0)]
    if (found === undefined) throw noSuchMoment(this.stream, { moment: toRevision(revision), last: undefined })
    return found
  }

  #kept(number: number): Promise<readonly StoredEvent[]> | undefined {
    const kept = this.#windows.get(number)
    if (kept === undefined) return undefined
    this.#windows.delete(number)
    this.#windows.set(number, kept)
    return kept
  }

  #load(number: number): Promise<readonly StoredEvent[]> {
    const loading = this.#read(number * WINDOW)
    this.#windows.set(number, loading)
    loading.catch(() => this.#windows.delete(number)) // the next one asks the store again
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= WINDOWS) break
      this.#windows.delete(oldest)
    }
    return loading
  }

  /** What cannot be decoded ends a window; what stands before it is in it. */
  async #read(from: number): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = []
    try {
      for await (const page of this.from(from, WINDOW)) events.push(...page)
    } catch (error) {
      if (events.length === 0) throw error
    }
    return events
  }
}
