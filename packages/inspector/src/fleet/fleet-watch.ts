/**
 * The counts of a fleet for all who look at it.
 *
 * Invariants: at most one look at a time; after one that took t the next begins at the earliest 9 t and a second later; with no
 * one who watches, nothing is looked at.
 */
import type { FleetView } from '../contract/fleet.js'

/** Told of counts when they changed, and of what kept them from being made. */
export interface FleetWatcher {
  fleet(view: FleetView): void
  trouble(error: unknown): void
}

const PAUSE_MS = 1_000
const SHARE = 9

export class FleetWatch {
  readonly #survey: () => Promise<FleetView>
  /** And what each was told last. */
  readonly #watchers = new Map<FleetWatcher, string>()
  #last: FleetView | undefined
  #looking: Promise<FleetView> | undefined
  #nextAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(survey: () => Promise<FleetView>) {
    this.#survey = survey
  }

  /** Counts that are as new as the pace allows. */
  async view(): Promise<FleetView> {
    if (this.#looking !== undefined) return this.#looking
    if (this.#last !== undefined && performance.now() < this.#nextAt) return this.#last
    return (this.#looking = this.#look())
  }

  /** The present counts first. Returns what ends it. */
  watch(watcher: FleetWatcher): () => void {
    this.#watchers.set(watcher, '')
    void this.#tell(watcher)
    this.#plan()
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size === 0) clearTimeout(this.#timer)
    }
  }

  /** No one is told any more. */
  close(): void {
    this.#watchers.clear()
    clearTimeout(this.#timer)
  }

  async #tell(watcher: FleetWatcher): Promise<void> {
    try {
      this.#toldTo(watcher, await this.view())
    } catch (error) {
      this.#troubled(watcher, error)
    }
  }

  #toldTo(watcher: FleetWatcher, view: FleetView): void {
    const { at: _at, ...counts } = view
    const text = JSON.stringify(counts)
    if ((this.#watchers.get(watcher) ?? text) === text) return
    this.#watchers.set(watcher, text)
    watcher.fleet(view)
  }

  /** After it, counts are told again: it is over. */
  #troubled(watcher: FleetWatcher, error: unknown): void {
    if (!this.#watchers.has(watcher)) return
    this.#watchers.set(watcher, '')
    watcher.trouble(error)
  }

  async #look(): Promise<FleetView> {
    const began = performance.now()
    try {
      return (this.#last = await this.#survey())
    } finally {
      const now = performance.now()
      this.#nextAt = now + Math.max(PAUSE_MS, SHARE * (now - began))
      this.#looking = undefined
    }
  }

  #plan(): void {
    clearTimeout(this.#timer)
    if (this.#watchers.size === 0) return
    const pause = Math.max(PAUSE_MS, this.#nextAt - performance.now())
    this.#timer = setTimeout(() => {
      void Promise.all([...this.#watchers.keys()].map((watcher) => this.#tell(watcher))).then(() => this.#plan())
    }, pause)
    this.#timer.unref()
  }
}
