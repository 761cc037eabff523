/**
 * A process's connection to its store: every operation takes time, may fail as the fault plan says, and ends with
 * its process.
 *
 * Invariants:
 * C1 a dead process gets no answer, ever; whether its last requests still land is decided at its death;
 * C2 a stopped process gets its answers when it goes on;
 * C3 a live feed gives every event once, in order.
 */
import { advance, RefoldError } from '@refold/core'
import type {
  AppendOptions,
  AppendResult,
  JsonValue,
  NewEvent,
  ReadAllOptions,
  ReadOptions,
  Store,
  StoredEvent,
  SubscribeTarget,
  SubscriptionItem,
} from '@refold/core'
import type { Directory, ExternalAppend, Presence, Projections, Registers, StoreCapabilities } from '@refold/core/store'
import type { Fault, FaultPlan, StoreOperation } from './faults.js'
import { followEvents, followExternalAppends } from './live-feeds.js'
import { never } from './process-life.js'
import type { ProcessLife } from './process-life.js'
import type { Author, SimulatedDisk } from './simulated-disk.js'
import { simulatedProjections } from './simulated-projections.js'
import type { VirtualTime } from './virtual-time.js'

export interface ConnectionOptions {
  readonly author: Author
  readonly store: Store
  readonly disk: SimulatedDisk
  readonly time: VirtualTime
  readonly life: ProcessLife
  readonly faults: FaultPlan
  readonly presence: Presence | undefined
  readonly onCrash: (why: string) => void
}

interface Call<T> {
  readonly operation: StoreOperation
  readonly target: string
  readonly types?: readonly string[]
  readonly execute: () => Promise<T>
  /** Nothing behind the expected revision is shown for so long. */
  readonly hide?: (unseenMs: number) => void
}

export class SimulatedConnection implements Store {
  readonly capabilities: StoreCapabilities
  readonly registers: Registers
  readonly directory: Directory
  declare readonly projections?: Projections
  declare readonly presence?: Presence
  readonly #options: ConnectionOptions
  readonly #closing = new AbortController()
  #requestsLost = false
  /** By stream: from which revision on reads show nothing, and until when. */
  readonly #unseen = new Map<string, { readonly from: bigint; readonly until: number }>()

  constructor(options: ConnectionOptions) {
    const { store, presence, disk } = options
    this.#options = options
    this.capabilities = store.capabilities
    if (presence !== undefined) this.presence = presence
    this.registers = {
      put: (name, value) =>
        this.#call({ operation: 'put', target: name, execute: () => disk.put(store, { name, value }) }),
      get: (name) =>
        this.#call<JsonValue | undefined>({ operation: 'get', target: name, execute: () => store.registers.get(name) }),
      remove: (name) => this.#call({ operation: 'remove', target: name, execute: () => store.registers.remove(name) }),
    }
    this.directory = {
      get: (stream) => this.#call({ operation: 'find', target: stream, execute: () => store.directory.get(stream) }),
      find: (query) => this.#pages(store.directory.find(query), { operation: 'find', target: 'directory' }),
      rebuild: () => this.#call({ operation: 'find', target: 'directory', execute: () => store.directory.rebuild() }),
    }
    if (store.projections !== undefined)
      this.projections = simulatedProjections(store.projections, {
        call: (call) => this.#call(call),
        pages: (pages, call) => this.#pages(pages, call),
      })
  }

  append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    const { author, store, disk, time } = this.#options
    const frozen = structuredClone(events)
    disk.noteAppend(author, stream, 1)
    return this.#call({
      operation: 'append',
      target: stream,
      types: events.map((event) => event.type),
      execute: () => disk.append({ author, store, stream, events: frozen, ...options }),
      hide: (unseenMs) => this.#unseen.set(stream, { from: advance(options.expected), until: time.now() + unseenMs }),
    }).finally(() => disk.noteAppend(author, stream, -1))
  }

  read(stream: string, options?: ReadOptions): AsyncIterable<readonly StoredEvent[]> {
    const pages = this.#shown(stream, this.#options.store.read(stream, options))
    return this.#learning(this.#pages(pages, { operation: 'read', target: stream }))
  }

  readAll(options?: ReadAllOptions): AsyncIterable<readonly StoredEvent[]> {
    return this.#learning(this.#pages(this.#options.store.readAll(options), { operation: 'read', target: '$all' }))
  }

  subscribe(target: SubscribeTarget, options: { readonly signal?: AbortSignal } = {}): AsyncIterable<SubscriptionItem> {
    return followEvents({ ...this.#options, target, signals: this.#signals(options.signal) })
  }

  externalAppends(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<readonly ExternalAppend[]> {
    return followExternalAppends({ ...this.#options, signals: this.#signals(options.signal) })
  }

  close(): Promise<void> {
    this.#closing.abort()
    return this.#options.life.dead ? never() : Promise.resolve()
  }

  /** C1: what the dead process had sent and no one has taken yet, is lost. */
  loseRequests(): void {
    this.#requestsLost = true
  }

  #signals(signal: AbortSignal | undefined): readonly AbortSignal[] {
    return signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal]
  }

  #call<T>(call: Call<T>): Promise<T> {
    const { life, time, faults, author } = this.#options
    if (life.dead) return never()
    if (this.#closing.signal.aborted) return Promise.reject(new RefoldError('CLOSED', 'the store is closed'))
    const fault = faults.next({
      process: author.process,
      operation: call.operation,
      target: call.target,
      types: call.types ?? [],
    })
    const requestMs = faults.delayMs() + (fault?.kind === 'delayed' ? (fault.requestMs ?? 0) : 0)
    return new Promise<T>((resolve, reject) => {
      time.after(requestMs, () => {
        if (this.#requestsLost) return
        void this.#arrive(call, fault).then(
          (value) => this.#answer(fault, () => resolve(value)),
          (error: unknown) => this.#answer(fault, () => reject(error)),
        )
      })
    })
  }

  /** The request is at the store. */
  async #arrive<T>(call: Call<T>, fault: Fault | undefined): Promise<T> {
    const { time, disk, onCrash } = this.#options
    const execute = (): Promise<T> => time.track(call.execute())
    switch (fault?.kind) {
      case 'rejected':
        throw new RefoldError('STORE_REJECTED', `simulated: ${call.operation} on ${call.target} was rejected`)
      case 'fatal':
        throw new RefoldError('STORE_FATAL', `simulated: ${call.operation} on ${call.target}: the file is damaged`)
      case 'unknown':
        if ('storedAfterMs' in fault) time.after(fault.storedAfterMs, () => void execute().catch(() => undefined))
        else if (fault.stored) await execute()
        throw new RefoldError(
          'STORE_UNKNOWN',
          `simulated: no one knows what became of ${call.operation} on ${call.target}`,
        )
      case 'stranger':
        await time.track(disk.strangerAppends(call.target, { type: fault.type }))
        return execute()
      case 'early-conflict': {
        const value = await execute()
        if (!(value as AppendResult).ok) call.hide?.(fault.unseenMs)
        return value
      }
      case 'crash': {
        const value = fault.when === 'after' ? await execute() : undefined
        onCrash(`${fault.when} ${call.operation} on ${call.target}`)
        return value ?? never<T>()
      }
      default:
        return execute()
    }
  }

  #answer(fault: Fault | undefined, answer: () => void): void {
    const { time, life, faults } = this.#options
    const responseMs = faults.delayMs() + (fault?.kind === 'delayed' ? (fault.responseMs ?? 0) : 0)
    time.after(responseMs, () => life.deliver(answer))
  }

  async *#pages<T>(
    pages: AsyncIterable<T>,
    call: { readonly operation: StoreOperation; readonly target: string },
  ): AsyncIterable<T> {
    const iterator = pages[Symbol.asyncIterator]()
    try {
      for (;;) {
        const page = await this.#call({ ...call, execute: () => iterator.next() })
        if (page.done === true) return
        yield page.value
      }
    } finally {
      await iterator.return?.()
    }
  }

  async *#shown(stream: string, pages: AsyncIterable<readonly StoredEvent[]>): AsyncIterable<readonly StoredEvent[]> {
    for await (const page of pages) {
      const unseen = this.#unseen.get(stream)
      const isSeen = unseen === undefined || unseen.until <= this.#options.time.now()
      const seen = isSeen ? page : page.filter(({ revision }) => revision < unseen.from)
      if (seen.length > 0) yield seen
    }
  }

  /** What a read gave is known when the read has ended: a fold in the middle of it is not there yet. */
  async *#learning(pages: AsyncIterable<readonly StoredEvent[]>): AsyncIterable<readonly StoredEvent[]> {
    const { disk, author } = this.#options
    const read = new Map<string, number>()
    try {
      for await (const page of pages) {
        for (const { stream, revision } of page) read.set(stream, Math.max(read.get(stream) ?? 0, Number(revision)))
        yield page
      }
    } finally {
      for (const [stream, revision] of read) disk.learn(author, { stream, revision })
    }
  }
}
