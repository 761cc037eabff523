/**
 * The port in its simplest form: a shared log in memory, and one connection to it. Read it to learn what a store
 * promises; `@refold/testing` holds every other store to the same.
 *
 * An append takes effect inside the call, so that a simulated run is the same every time. What is appended without end, one answer
 * after the other, leaves timers and signals of the process their turn.
 */
import { fromGiven } from '../coded.js'
import { RefoldError } from '../errors.js'
import { assertFits, assertNotEmpty, textBytes } from './append-limits.js'
import { ChangeSignal } from './change-signal.js'
import { followLog } from './follow-log.js'
import { ExternalFeed } from './external-feed.js'
import type { MemoryConnection, MemoryEvent, MemoryLog, MemoryRow } from './memory-log.js'
import { appendToLog, encodeForMemory, memoryLog } from './memory-log.js'
import { memoryDirectory, memoryPresence, memoryRegisters } from './memory-parts.js'
import { memoryProjections } from './memory-projections.js'
import type { Projections } from './projection-port.js'
import type {
  AppendOptions,
  AppendResult,
  Directory,
  ExternalAppend,
  NewEvent,
  Presence,
  ReadAllOptions,
  ReadOptions,
  Registers,
  Store,
  StoreCapabilities,
  StoredEvent,
  SubscribeTarget,
  SubscriptionItem,
} from './port.js'
import { storedEvent } from './stored-event.js'
import { TurnTaking } from '../world/turn-taking.js'

export { memoryLog } from './memory-log.js'
export type { MemoryLog } from './memory-log.js'

const PAGE_EVENTS = 500
const MAX_APPEND_BYTES = 16 * 1024 * 1024
/** Of JSON in UTF-8: a unit may be escaped. */
const MOST_BYTES_A_CHAR = 6

/** Of all connections of this process. */
const turns = new TurnTaking()

/** One connection, as of one process, to the log; without a log, to a new one. */
export function memoryStore(log: MemoryLog = memoryLog()): Store {
  return fromGiven('memoryStore', () => new MemoryStore(log))
}

class MemoryStore implements Store {
  readonly capabilities: StoreCapabilities = { maxAppendBytes: MAX_APPEND_BYTES, durable: false }
  readonly registers: Registers
  readonly directory: Directory
  readonly projections: Projections
  readonly presence: Presence
  readonly #log: MemoryLog
  readonly #connection: MemoryConnection
  readonly #changes = new ChangeSignal()
  readonly #foreign = new ExternalFeed()

  constructor(log: MemoryLog) {
    this.#log = log
    this.#connection = {
      onAppend: (append, by) => {
        this.#changes.notify()
        if (by.foreign) this.#foreign.report(append)
      },
    }
    log.connections.add(this.#connection)
    const part = { log, connection: this.#connection, assertOpen: () => this.#assertOpen() }
    this.registers = memoryRegisters(part)
    this.directory = memoryDirectory(part)
    this.projections = memoryProjections(part)
    this.presence = memoryPresence(part)
  }

  async append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    this.#assertOpen()
    assertNotEmpty(stream, events)
    const encoded = events.map((event) => encodeForMemory(stream, event))
    assertFits(stream, { bytes: bytesOf(encoded), maxAppendBytes: MAX_APPEND_BYTES })
    const result = appendToLog(this.#log, stream, { ...options, events: encoded, by: this.#connection })
    const turn = turns.yield()
    if (turn !== undefined) await turn
    return result
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const rows = this.#log.streams.get(stream) ?? []
    const backwards = options.direction === 'backwards'
    const start = options.from === undefined ? (backwards ? Infinity : 0) : Number(options.from)
    yield* this.#pages(rows, { start, backwards, limit: options.limit ?? Infinity })
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const backwards = options.direction === 'backwards'
    const after = options.after === undefined ? (backwards ? Infinity : -1) : Number(options.after)
    const start = backwards ? after - 1 : after + 1
    yield* this.#pages(this.#log.rows, { start, backwards, limit: options.limit ?? Infinity })
  }

  subscribe(target: SubscribeTarget, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<SubscriptionItem> {
    this.#assertOpen()
    let next = target.after === undefined ? 0 : Number(target.after) + 1
    const nextPage = async (): Promise<readonly StoredEvent[]> => {
      const rows = 'all' in target ? this.#log.rows : (this.#log.streams.get(target.stream) ?? [])
      const page = rows.slice(next, next + PAGE_EVENTS).map(toEvent)
      next += page.length
      return page
    }
    return followLog({ nextPage, changes: this.#changes, signal: options.signal })
  }

  externalAppends(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<readonly ExternalAppend[]> {
    this.#assertOpen()
    return this.#foreign.listen(options)
  }

  async close(): Promise<void> {
    if (this.#changes.closed) return
    this.#log.connections.delete(this.#connection)
    for (const [worker, holder] of this.#log.workers) {
      if (holder === this.#connection) this.#log.workers.set(worker, undefined)
    }
    this.#changes.close()
    this.#foreign.close()
  }

  *#pages(
    rows: readonly MemoryRow[],
    { start, backwards, limit }: { start: number; backwards: boolean; limit: number },
  ): Generator<readonly StoredEvent[], void, undefined> {
    this.#assertOpen()
    let next = backwards ? Math.min(start, rows.length - 1) : start
    let left = limit
    while (next >= 0 && next < rows.length && left > 0) {
      const count = Math.min(PAGE_EVENTS, left)
      const page = backwards
        ? rows.slice(Math.max(next - count + 1, 0), next + 1).toReversed()
        : rows.slice(next, next + count)
      yield page.map(toEvent)
      this.#assertOpen()
      next += backwards ? -page.length : page.length
      left -= page.length
    }
  }

  #assertOpen(): void {
    if (this.#changes.closed) throw new RefoldError('CLOSED', 'the store is closed')
  }
}

function toEvent(row: MemoryRow): StoredEvent {
  return storedEvent({
    ...row,
    data: () => JSON.parse(row.data),
    metadata: () => JSON.parse(row.metadata),
  })
}

/** As `appendBytes` counts; exactly only where it matters. */
function bytesOf(events: readonly MemoryEvent[]): number {
  let chars = 0
  for (const { type, data, metadata } of events) chars += type.length + data.length + metadata.length
  if (chars * MOST_BYTES_A_CHAR <= MAX_APPEND_BYTES) return chars
  return textBytes(events.map(({ type, data, metadata }) => `[${JSON.stringify(type)},${data},${metadata}]`))
}
