/**
 * What all simulated processes share: the stored data, and what only an observer from outside knows of it: who
 * appended what and when, and which process has read how far.
 */
import { advance, toRevision } from '@refold/core'
import type { AppendResult, Expected, JsonValue, NewEvent, Revision, Store, StoredEvent } from '@refold/core'
import type { Presence } from '@refold/core/store'
import type { ProcessLife } from './process-life.js'
import type { SeededRandom } from './seeded-random.js'
import type { VirtualTime } from './virtual-time.js'

/** Where the data lies: one row of the table of stores. */
export interface Backing {
  /** A connection to the data. Every process gets its own. */
  open(): Store | Promise<Store>
  /** Frees files. */
  dispose(): void | Promise<void>
}
/** Makes an empty backing. */
export type BackingFactory = () => Backing | Promise<Backing>

/** Who talks to the disk: one incarnation of a process, or the observer. */
export interface Author {
  readonly process: string
  readonly incarnation: number
  readonly worker: string | undefined
}
const OBSERVER: Author = { process: 'observer', incarnation: 0, worker: undefined }

/** An event as it was stored, and who stored it at which true time. */
export interface ObservedEvent {
  readonly event: StoredEvent
  readonly author: Author
  readonly storedAt: number
  /** Among everything that happened. */
  readonly order: number
}

export interface AppendRequest {
  readonly author: Author
  readonly store: Store
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly expected: Expected
  readonly expectedId?: string | undefined
}

const FIRST = toRevision(0)

type Listener = (appended: { readonly stream: string; readonly revision: Revision; readonly author: Author }) => void

/** One disk, or one database server. */
export class SimulatedDisk {
  /** Every stored event by its id. */
  readonly observed = new Map<string, ObservedEvent>()
  /** Ids of events that a restored backup does not have any more. */
  readonly lost = new Set<string>()
  /** Streams that one process had two appends in flight for, which none may have. */
  readonly overlapping = new Set<string>()
  readonly #time: VirtualTime
  readonly #random: SeededRandom
  readonly #create: BackingFactory
  readonly #listeners = new Set<Listener>()
  readonly #registers = new Map<string, JsonValue>()
  readonly #knowledge = new Map<string, { revision: number; at: number }[]>()
  readonly #inFlight = new Map<string, number>()
  readonly #locks = new Map<string, { readonly life: ProcessLife; readonly machine: string }>()
  #backing: Promise<Backing> | undefined
  /** The dead do not close what they had open: the end of the simulation does. */
  #opened: Store[] = []
  #admin: Promise<Store> | undefined

  constructor({
    time,
    random,
    backing,
  }: {
    readonly time: VirtualTime
    readonly random: SeededRandom
    readonly backing: BackingFactory
  }) {
    this.#time = time
    this.#random = random
    this.#create = backing
  }

  async open(): Promise<Store> {
    this.#backing ??= this.#made()
    const store = await (await this.#backing).open()
    this.#opened.push(store)
    return store
  }

  /** A connection of the observer. */
  admin(): Promise<Store> {
    this.#admin ??= this.open()
    return this.#admin
  }

  async append({ author, store, stream, events, expected, expectedId }: AppendRequest): Promise<AppendResult> {
    const result = await store.append(stream, events, { expected, expectedId })
    if (!result.ok) return result
    const last = Number(result.revision)
    const storedAt = this.#time.now()
    for (const [index, event] of events.entries()) {
      const revision = advance(expected, index + 1)
      const stored = { ...event, stream, revision, position: result.position }
      if (!this.observed.has(event.id))
        this.observed.set(event.id, { event: stored, author, storedAt, order: this.#time.nextOrder() })
    }
    this.learn(author, { stream, revision: last })
    for (const listener of this.#listeners) listener({ stream, revision: result.revision, author })
    return result
  }

  /** Counts the appends of one process to one stream whose answer it does not have. */
  noteAppend(author: Author, stream: string, by: 1 | -1): void {
    const key = knowledgeKey(author, stream)
    const count = (this.#inFlight.get(key) ?? 0) + by
    this.#inFlight.set(key, count)
    if (count > 1) this.overlapping.add(key)
  }

  /** A plain event of someone who knows nothing of Refold. */
  async strangerAppends(
    stream: string,
    { type, data = {} }: { readonly type: string; readonly data?: JsonValue },
  ): Promise<void> {
    const store = await this.admin()
    let expected: Expected = 'no_stream'
    for await (const page of store.read(stream, { direction: 'backwards', limit: 1 }))
      expected = page[0]?.revision ?? expected
    const events = [{ id: this.#random.uuid(), type, data, metadata: {} }]
    await this.append({ author: OBSERVER, store, stream, events, expected })
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Notes that the process was given the stream up to this revision. */
  learn(author: Author, { stream, revision }: { readonly stream: string; readonly revision: number }): void {
    const key = knowledgeKey(author, stream)
    const known = this.#knowledge.get(key) ?? []
    if (known.length === 0) this.#knowledge.set(key, known)
    if ((known.at(-1)?.revision ?? -1) < revision) known.push({ revision, at: this.#time.now() })
  }

  /** Whether that incarnation had been given this revision before that instant. */
  knowsAt(
    author: Author,
    { stream, revision, at }: { readonly stream: string; readonly revision: number; readonly at: number },
  ): boolean {
    const known = this.#knowledge.get(knowledgeKey(author, stream)) ?? []
    return known.some((entry) => entry.revision >= revision && entry.at < at)
  }

  async put(store: Store, { name, value }: { readonly name: string; readonly value: JsonValue }): Promise<void> {
    await store.registers.put(name, value)
    this.#registers.set(name, value)
  }

  /** Operating-system locks: they are free when their process is dead, and seen on one machine only. */
  presenceFor({ life, machine }: { readonly life: ProcessLife; readonly machine: string }): Presence {
    return {
      announce: async (worker) => {
        this.#locks.set(worker, { life, machine })
        return async () => void this.#locks.delete(worker)
      },
      provenDead: async (worker) => {
        const lock = this.#locks.get(worker)
        return lock !== undefined && lock.machine === machine && lock.life.dead
      },
    }
  }

  async readAll(): Promise<readonly StoredEvent[]> {
    const all: StoredEvent[] = []
    for await (const page of (await this.admin()).readAll()) all.push(...page)
    return all
  }

  /** Puts a backup back that ends earlier: of each stream named, so many events remain. Registers stay as they are. No one may be connected. */
  async restoreBackup(kept: Readonly<Record<string, number>>): Promise<void> {
    const all = await this.readAll()
    const old = this.#backing
    const opened = this.#opened
    this.#opened = []
    this.#backing = this.#made()
    this.#admin = undefined
    const store = await this.admin()
    for (const { stream, revision, position: _position, ...event } of all) {
      const lost = Number(revision) >= (kept[stream] ?? Infinity)
      if (lost) this.#lose(event.id)
      else
        await store.append(stream, [event], {
          expected: revision === FIRST ? 'no_stream' : toRevision(Number(revision) - 1),
        })
    }
    for (const [name, value] of this.#registers) await store.registers.put(name, value)
    await Promise.all(opened.map((connection) => connection.close()))
    await (await old)?.dispose()
  }

  async #made(): Promise<Backing> {
    return this.#create()
  }

  #lose(id: string): void {
    this.lost.add(id)
    this.observed.delete(id)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#opened.map((connection) => connection.close()))
    await (await this.#backing)?.dispose()
  }
}

function knowledgeKey({ process, incarnation }: Author, stream: string): string {
  return `${process}#${incarnation}/${stream}`
}
