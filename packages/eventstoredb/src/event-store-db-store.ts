/**
 * The store for more than one machine: EventStoreDB (also called KurrentDB), through its own client.
 *
 * Invariants: every call ends within its time, whatever the server and the network do; an append whose answer was lost is
 * `STORE_UNKNOWN`; everything shown is read from the server's log, and nothing is kept that cannot be rebuilt from it.
 */
import type {
  AppendOptions,
  AppendResult,
  Directory,
  DirectoryEntry,
  DirectoryQuery,
  ExternalAppend,
  NewEvent,
  ReadAllOptions,
  ReadOptions,
  Registers,
  Store,
  StoreCapabilities,
  StoredEvent,
  StoreExamination,
  SubscribeTarget,
  SubscriptionItem,
} from '@refold/core/store'
import { isRefoldError, manyMayListen, matchesQuery } from '@refold/core/store'
import { prepareAppend, sendAppend } from './appending.js'
import type { WireEvent } from './client/wire.js'
import { acquireConnection } from './client/shared-connection.js'
import { assertOpen, type Connection } from './connection.js'
import { DecidedOn } from './decided-on.js'
import { DirectoryCheckpoint } from './directory-checkpoint.js'
import { DirectoryFeed } from './directory-feed.js'
import { subscribe } from './following.js'
import { examineServer } from './examine-server.js'
import { ExternalAppends } from './external-appends.js'
import {
  assertAlone,
  MAX_APPEND_BYTES,
  resolveOptions,
  type EventStoreDBOptions,
  type ResolvedOptions,
} from './options.js'
import { readEverything, readStream } from './reading.js'
import { StreamRegisters } from './registers.js'
import { SeenLog } from './seen-log.js'

const PAGE_ENTRIES = 500

/**
 * A store on this server or cluster. What is wrong with the address, the certificate or the rights is told by the first
 * operation: `STORE_REJECTED` for what may pass, `STORE_FATAL` for what does not. Throws `INVALID_INPUT` for a connection
 * string that is none.
 */
export function eventStoreDBStore(options: string | EventStoreDBOptions): Store {
  assertAlone(arguments[1])
  return new EventStoreDBStore(resolveOptions(options))
}

class EventStoreDBStore implements Store {
  readonly capabilities: StoreCapabilities = { maxAppendBytes: MAX_APPEND_BYTES, durable: true }
  readonly registers: Registers
  readonly directory: Directory
  readonly #connection: Connection
  readonly #close = new AbortController()
  readonly #gone = new AbortController()
  readonly #registers: StreamRegisters
  readonly #checkpoint: DirectoryCheckpoint
  readonly #feed: DirectoryFeed
  readonly #external: ExternalAppends
  readonly #decidedOn: DecidedOn
  readonly #appends = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(options: ResolvedOptions) {
    const shared = acquireConnection(options.connectionString)
    const seen = new SeenLog(shared, {
      timeoutMs: options.timeoutMs,
      onReplaced: (error) => this.#external.fail(error),
    })
    this.#connection = { shared, options, closed: manyMayListen(this.#close.signal), seen }
    const lingering: Connection = { shared, options, closed: manyMayListen(this.#gone.signal), seen }
    this.#decidedOn = new DecidedOn(lingering)
    this.#registers = new StreamRegisters(lingering, { assertOpen: () => assertOpen(this.#connection) })
    this.registers = this.#registers
    this.#external = new ExternalAppends(this.#connection)
    this.#checkpoint = new DirectoryCheckpoint(this.#connection, this.#registers)
    this.#feed = new DirectoryFeed(this.#connection, {
      checkpoint: this.#checkpoint,
      onRecord: (record) => this.#external.show(record),
    })
    this.directory = {
      find: (query = {}) => this.#find(query),
      get: async (stream) => (await this.#feed.entries()).get(stream),
      rebuild: () => this.#feed.rebuild(),
    }
  }

  async append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    assertOpen(this.#connection)
    const appended = this.#append(stream, { ...options, events: prepareAppend(stream, events) })
    this.#appends.add(appended)
    const done = (): void => void this.#appends.delete(appended)
    appended.then(done, done)
    return appended
  }

  read(stream: string, options: ReadOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return this.#decidedOn.knowing(readStream(this.#connection, stream, options))
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<readonly StoredEvent[]> {
    return readEverything(this.#connection, options)
  }

  subscribe(
    target: SubscribeTarget,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncIterable<SubscriptionItem> {
    assertOpen(this.#connection)
    const { closed } = this.#connection
    return subscribe(this.#connection, target, {
      signal: signal === undefined ? closed : AbortSignal.any([closed, ofThisRuntime(signal)]),
    })
  }

  externalAppends(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<readonly ExternalAppend[]> {
    assertOpen(this.#connection)
    return this.#external.listen(options, () => this.#feed.start())
  }

  async examine(): Promise<StoreExamination> {
    assertOpen(this.#connection)
    return examineServer(this.#connection, this.#checkpoint)
  }

  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #append(
    stream: string,
    { events, expected, expectedId }: AppendOptions & { readonly events: readonly WireEvent[] },
  ): Promise<AppendResult> {
    const { shared, options } = this.#connection
    const deadline = performance.now() + options.timeoutMs // of all that is done for it
    if (shared.held !== undefined) await shared.held
    await this.#decidedOn.assert(stream, { expected, expectedId, deadline })
    this.#external.expect(events)
    let keep = this.#feed.running
    try {
      const result = await sendAppend(this.#connection, options.prefix + stream, { events, expected, deadline })
      keep &&= result.ok
      const last = events.at(-1)
      if (!result.ok && expected === 'no_stream') await this.#decidedOn.assertShown(stream, { deadline })
      if (result.ok && last !== undefined) this.#decidedOn.know(stream, { revision: result.revision, id: last.id })
      return result
    } catch (error) {
      keep &&= isRefoldError(error, 'STORE_UNKNOWN')
      throw error
    } finally {
      if (!keep) this.#external.forget(events)
    }
  }

  /** In the order of the map: that in which the agents began. */
  async *#find(query: DirectoryQuery): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
    const entries = await this.#feed.entries()
    if (query.after !== undefined && !entries.has(query.after)) return
    let isBehind = query.after === undefined
    let left = query.limit ?? Infinity
    let page: DirectoryEntry[] = []
    for (const entry of entries.values()) {
      if (left <= 0) break
      if (isBehind && matchesQuery(entry, query)) {
        page.push(entry)
        left--
      }
      isBehind ||= entry.stream === query.after
      if (page.length < PAGE_ENTRIES) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  /** What was asked is done first; then nothing more is answered. */
  async #end(): Promise<void> {
    const asked = [...this.#appends]
    const settled = this.#registers.settled()
    this.#close.abort()
    this.#external.close()
    await Promise.allSettled(asked)
    await settled
    this.#gone.abort()
    await this.#connection.shared.release()
  }
}

/** One of another make, as that of jsdom or of a package, aborts one that `AbortSignal.any` takes. */
function ofThisRuntime(signal: AbortSignal): AbortSignal {
  if ((signal as object) instanceof AbortSignal) return signal
  const own = new AbortController()
  if (signal.aborted) own.abort()
  else signal.addEventListener('abort', () => own.abort(), { once: true })
  return own.signal
}
