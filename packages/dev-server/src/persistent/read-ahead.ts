/** Reads a group's source into its backlog, as far as there is room, and then as it grows. */
import { ChangeSignal } from '@refold/core/store'
import type { EventLog } from '../log/event-log.js'
import { resolveLink } from '../log/resolve-link.js'
import { messageOf } from './message.js'
import type { GroupConfig } from './group-config.js'
import type { Backlog } from './backlog.js'
import type { Progress } from './progress.js'
import { ALL, type Considered, type Source } from './source.js'

export interface ReadAheadOptions {
  readonly config: GroupConfig
  readonly source: Source
  readonly backlog: Backlog
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Something was read. */
  readonly onRead: () => void
  /** The source was deleted for ever before everything was read. */
  readonly onClosed: () => void
  readonly onError: (error: unknown) => void
}

export class ReadAhead {
  readonly #log: EventLog
  readonly #options: ReadAheadOptions
  readonly #wake = new ChangeSignal()
  #after: number
  /** Of the last page, what there was no room for. */
  #rest: readonly Considered[] = []
  #isLive = false
  /** The source was deleted for ever while it was read. */
  #isEnding = false
  #liveCount = 0
  #lastKnown: number | undefined

  constructor(log: EventLog, options: ReadAheadOptions & { readonly after: number }) {
    this.#log = log
    this.#options = options
    this.#after = options.after
  }

  /** Whether everything was read. */
  get isLive(): boolean {
    return this.#isLive
  }

  /** Of the newest messages, how many came after everything was read. */
  get liveCount(): number {
    return Math.min(this.#liveCount, this.#options.config.liveBufferSize)
  }

  /** The place of the newest event that is wanted, of those that were read. */
  get lastKnown(): number | undefined {
    return this.#lastKnown
  }

  /** There may be room again. Where everything was read, only the source itself can have more. */
  wake(): void {
    if (!this.#isLive) this.#wake.notify()
  }

  /** Reads until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    const { signal, onError } = this.#options
    const listening = this.#listen()
    while (!signal.aborted) {
      const seen = this.#wake.version
      try {
        await this.#fill()
      } catch (error) {
        this.#isLive = false // so that it is tried again
        if (!signal.aborted) onError(error)
      }
      await this.#wake.changedSince(seen, { signal })
    }
    await listening
  }

  async #listen(): Promise<void> {
    const { source, signal } = this.#options
    const isAll = source.name === ALL
    const changes = isAll ? this.#log.signals.all : this.#log.signals.acquire(source.name)
    while (!signal.aborted && !changes.closed) {
      const seen = changes.version
      this.#wake.notify()
      await changes.changedSince(seen, { signal })
    }
    if (!isAll) this.#log.signals.release(source.name)
  }

  async #fill(): Promise<void> {
    const { source, signal, onRead } = this.#options
    while (!signal.aborted) {
      const ending = await source.ending({ after: this.#after })
      if (ending !== undefined) return this.#takeEnding(ending)
      if (!this.#hasRoom()) {
        this.#isLive = false
        return
      }
      const isEnd = await this.#readSome()
      onRead()
      if (!isEnd) continue
      this.#isLive = true
      return
    }
  }

  /** Those who were there get the tombstone too; a stream that was closed before has no readers. As on the real server. */
  async #takeEnding(ending: readonly Considered[]): Promise<void> {
    if (!this.#isLive && !this.#isEnding) return this.#options.onClosed()
    this.#isEnding = true
    this.#rest = ending
    this.#isLive = await this.#takeRest()
    this.#options.onRead()
  }

  /** As much as there is room for. Whether that was everything. */
  async #readSome(): Promise<boolean> {
    const { source, onRead } = this.#options
    if (!(await this.#takeRest())) return false
    for await (const page of source.read({ after: this.#after })) {
      this.#rest = page
      if (!(await this.#takeRest())) return false
      onRead()
    }
    return true
  }

  /** `false`: there is no room for all of it. */
  async #takeRest(): Promise<boolean> {
    const page = this.#rest
    let at = 0
    try {
      for (const considered of page) {
        if (this.#options.signal.aborted || this.#room() <= 0) return false
        await this.#take(considered)
        at++
      }
    } finally {
      this.#rest = page.slice(at)
    }
    return true
  }

  async #take({ event, verdict }: Considered): Promise<void> {
    const { source, backlog, progress, config } = this.#options
    const place = source.placeOf(event)
    const isResolved = verdict === 'wanted' && config.resolveLinkTos
    const resolved = isResolved ? await resolveLink(this.#log, event) : { event, link: undefined }
    this.#after = place
    if (verdict === 'ignored') return
    const order = progress.consider(place)
    if (verdict === 'unwanted') return
    this.#lastKnown = place
    if (this.#isLive) this.#liveCount++
    backlog.add(messageOf(resolved, order))
  }

  #room(): number {
    return this.#options.config.historyBufferSize - this.#options.backlog.count
  }

  /** Not for each single place: a read is dear. */
  #hasRoom(): boolean {
    return this.#options.backlog.count === 0 || this.#room() > this.#options.config.readBatchSize
  }
}
