/**
 * What happens in the whole log, folded into the directory and told to those who listen for appends of others. One
 * supervised, filtered subscription brings it; a look at the end of the log makes sure that nothing stored is missing.
 *
 * Invariants:
 * - everything up to `#place` is applied, in order, once: whatever brings an event, it counts only beyond the place;
 * - a query is answered from a place not before the end of the log at the time of the question;
 * - a start costs what happened since the stored checkpoint: no more events than it was to be stored after; and one that cost
 *   something stores it, so that the next one costs less.
 */
import type { DirectoryEntry, RebuiltDirectory } from '@refold/core/store'
import { applyHeader, backoffMs, isSameEntry, readHeader } from '@refold/core/store'
import { pause } from './pause.js'
import { EVENTS_A_CHECKPOINT } from './client/wire.js'
import type { WireItem, WireRecord } from './client/wire.js'
import { assertOpen, type Connection } from './connection.js'
import type { DirectoryCheckpoint } from './directory-checkpoint.js'
import { followItems, positionOf } from './following.js'
import { endOfLog, isUserStream, readLog, readRecords } from './reading.js'
import { toStoredEvent } from './wire-event.js'

/** A start that read so many events, or took so long, was worth storing what it found. */
const WORTH_EVENTS = 100
const WORTH_MS = 250
/** Events of others are looked through by the server: so many cost as much as one of ours. */
const OTHERS_FOR_ONE = 16

const FOLLOW_AGAIN = { delayMs: 100, factor: 2, maxDelayMs: 5_000, jitter: true }

export interface DirectoryFeedOptions {
  readonly checkpoint: DirectoryCheckpoint
  readonly onRecord: (record: WireRecord) => void
}

export class DirectoryFeed {
  readonly #connection: Connection
  readonly #checkpoint: DirectoryCheckpoint
  readonly #onRecord: DirectoryFeedOptions['onRecord']
  #entries = new Map<string, DirectoryEntry>()
  #place = -1n
  /** What was read since the directory was last stored, in events of ours. */
  #unsaved = 0
  /** An event up to the place: one of ours, where there is one. */
  #anchor: { readonly position: bigint; readonly id: string; readonly isOurs: boolean } | undefined
  #started: Promise<void> | undefined
  /** When the first item came: the way to a far server is no work that a checkpoint would spare. */
  #begun: number | undefined
  /** Who keeps what is applied meanwhile. */
  readonly #taps = new Set<WireRecord[]>()
  #looking: Promise<void> | undefined
  #nextLook: Promise<void> | undefined
  #heard = 0
  #hasCaughtUp = false

  constructor(connection: Connection, { checkpoint, onRecord }: DirectoryFeedOptions) {
    this.#connection = connection
    this.#checkpoint = checkpoint
    this.#onRecord = onRecord
  }

  get running(): boolean {
    return this.#started !== undefined
  }

  /** The agents, as they are now. */
  async entries(): Promise<ReadonlyMap<string, DirectoryEntry>> {
    assertOpen(this.#connection)
    const isBegun = this.running // one that begins now catches up with all that was stored when it was asked
    await this.start()
    if (isBegun) await this.#look()
    assertOpen(this.#connection) // a start that the close has ended has not caught up
    return this.#entries
  }

  /**
   * The directory again, from the first event on. What is appended meanwhile is kept beside the new fold, so that in the end
   * both stand at the same place and can be compared.
   */
  async rebuild(): Promise<RebuiltDirectory> {
    await this.entries()
    const meanwhile: WireRecord[] = []
    this.#taps.add(meanwhile)
    try {
      const fresh = new Map<string, DirectoryEntry>()
      const upTo = await this.#foldLog(fresh)
      if (this.#place < upTo) await this.#look()
      for (const record of meanwhile) if (record.position > upTo) this.#fold(fresh, record)
      const streams = new Set([...fresh.keys(), ...this.#entries.keys()])
      const repaired = [...streams].filter(
        (stream) => !isSameEntry(fresh.get(stream), this.#entries.get(stream)),
      ).length
      this.#entries = fresh
      return { agents: fresh.size, repaired }
    } finally {
      this.#taps.delete(meanwhile)
    }
  }

  /** Resolves when it has caught up with what was stored; goes on until the store is closed. */
  start(): Promise<void> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined // the next question tries again
      throw error
    })
    return this.#started
  }

  async #start(): Promise<void> {
    const saved = await this.#checkpoint.load()
    if (saved !== undefined && saved.upTo > this.#place) {
      this.#entries = new Map(saved.entries.map((entry) => [entry.stream, entry]))
      this.#place = saved.upTo
      this.#connection.seen.add(saved.upTo)
      this.#anchor = { position: saved.position, id: saved.id, isOurs: true }
    }
    await new Promise<void>((resolve, reject) => void this.#followForEver({ onCaughtUp: resolve, onFailed: reject }))
    if (this.#connection.closed.aborted) return
    const tookMs = performance.now() - (this.#begun ?? Infinity)
    if (this.#unsaved >= WORTH_EVENTS || (this.#unsaved > 0 && tookMs >= WORTH_MS)) this.#save()
    void this.#watch()
  }

  /** What cannot be followed at the start is told; later it is tried again, and the looks fill in meanwhile. */
  async #followForEver(first: {
    readonly onCaughtUp: () => void
    readonly onFailed: (error: unknown) => void
  }): Promise<void> {
    const { closed, seen } = this.#connection
    let isRunning = false
    for (let failures = 1; !closed.aborted; failures++) {
      try {
        await this.#follow(() => {
          isRunning = true
          failures = 0
          first.onCaughtUp()
        })
        return first.onCaughtUp() // it was closed
      } catch (error) {
        if (!isRunning) return first.onFailed(error)
        if (seen.replaced !== undefined) return
        await pause(backoffMs(failures, FOLLOW_AGAIN, Math.random), { signal: closed })
      }
    }
  }

  async #follow(onCaughtUp: () => void): Promise<void> {
    const { prefix, timeoutMs } = this.#connection.options
    const items = followItems(this.#connection, {
      doing: 'following the log',
      after: this.#place < 0n ? undefined : this.#place,
      call: (client, after) => client.followAll({ filter: { prefix }, ...(after !== undefined && { after }) }),
      placeOf: positionOf,
      signal: this.#connection.closed,
      silenceMs: () => (this.#hasCaughtUp ? undefined : timeoutMs), // who asks waits for the first of it
      onLost: () => void this.#look().catch(() => {}), // it may be another server that comes back
    })
    for await (const page of items) {
      this.#heard++
      for (const item of page) this.#take(item, onCaughtUp)
    }
  }

  #take(item: WireItem, onCaughtUp: () => void): void {
    this.#begun ??= performance.now()
    if (item.kind === 'event') this.#apply(item)
    else if (item.kind === 'caught-up') {
      this.#hasCaughtUp = true
      onCaughtUp()
    } else if (item.position > this.#place) {
      this.#place = item.position
      this.#count(this.#hasCaughtUp ? 1 : EVENTS_A_CHECKPOINT / OTHERS_FOR_ONE) // live, they come more often
    }
  }

  /** Looks by itself when the subscription is silent: a half-open socket says nothing for long. */
  async #watch(): Promise<void> {
    const { closed, options } = this.#connection
    for (let heard = this.#heard; !closed.aborted; heard = this.#heard) {
      await pause(options.pollIntervalMs, { signal: closed })
      if (!closed.aborted && heard === this.#heard) await this.#look().catch(() => {})
    }
  }

  /**
   * One look at a time; a caller who asks during one waits for the next. What it waited for one that failed counts to the time
   * of its own: a server that says nothing is waited for once.
   */
  async #look(deadline?: number): Promise<void> {
    if (this.#looking === undefined) {
      this.#looking = this.#lookAtEnd(deadline).finally(() => (this.#looking = undefined))
      return this.#looking
    }
    const current = this.#looking
    const asked = performance.now() + this.#connection.options.timeoutMs
    this.#nextLook ??= current
      .then(
        () => undefined,
        () => asked,
      )
      .then((deadline) => {
        this.#nextLook = undefined
        return this.#look(deadline)
      })
    return this.#nextLook
  }

  async #lookAtEnd(deadline: number | undefined): Promise<void> {
    const end = await this.#end(deadline)
    if (end <= this.#place) return
    const records = readRecords(this.#connection, {
      doing: 'reading the end of the log',
      call: (client, last) => {
        const from = last?.position ?? this.#place
        return client.readAll(from < 0n ? {} : { from })
      },
    })
    for await (const page of records) {
      for (const record of page) this.#apply(record)
      if (this.#place >= end) return
    }
  }

  /** An end before what was read is asked for again, as after an interruption: then of a node that is not behind. */
  async #end(deadline: number | undefined): Promise<bigint> {
    const { seen, shared } = this.#connection
    for (;;) {
      const readUpTo = seen.upTo
      const end = await endOfLog(this.#connection, deadline)
      if (end >= readUpTo) return end
      shared.interruptions++
    }
  }

  #apply(record: WireRecord): void {
    if (record.position <= this.#place) return
    this.#place = record.position
    const isOurs = isUserStream(record.stream, this.#connection.options)
    if (isOurs || this.#anchor?.isOurs !== true) this.#anchor = { position: record.position, id: record.id, isOurs }
    if (!isOurs) return this.#count(1 / OTHERS_FOR_ONE)
    for (const tap of this.#taps) tap.push(record)
    this.#fold(this.#entries, record)
    this.#count(1)
    this.#onRecord(record)
  }

  #fold(entries: Map<string, DirectoryEntry>, record: WireRecord): void {
    const { stream, metadata } = toStoredEvent(record, this.#connection.options)
    const header = readHeader(stream, metadata)
    if (header === undefined) return
    entries.set(stream, applyHeader(entries.get(stream), stream, header))
  }

  /** Everything that is stored now; the position of the last event of it. */
  async #foldLog(entries: Map<string, DirectoryEntry>): Promise<bigint> {
    let place = -1n
    for await (const page of readLog(this.#connection, {})) {
      for (const record of page) this.#fold(entries, record)
      place = page.at(-1)?.position ?? place
    }
    return place
  }

  /** Storing it costs as much as it has entries: that is done after as many events, so that no event pays for many entries. */
  #count(events: number): void {
    this.#unsaved += events
    const due = Math.max(this.#connection.options.checkpointEveryEvents, this.#entries.size)
    if (this.#unsaved >= due) this.#save()
  }

  #save(): void {
    if (this.#anchor === undefined || this.#checkpoint.saving) return
    this.#unsaved = 0
    const { position, id } = this.#anchor
    const saved = { upTo: this.#place, position, id, entries: [...this.#entries.values()] }
    void this.#checkpoint.save(saved).then(() => this.#count(0)) // what came meanwhile may be due
  }
}
