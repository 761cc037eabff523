/** The counts of a fleet for all who look at it, at the pace of `Paced`; with no one who watches, nothing is looked at. */
import type { FleetView } from '../contract/fleet.js'
import { Paced } from './paced.js'

/** Told of counts when they changed, and of what kept them from being made. */
export interface FleetWatcher {
  fleet(view: FleetView): void
  trouble(error: unknown): void
}

const PAUSE_MS = 1_000

export class FleetWatch {
  readonly #counts: Paced<FleetView>
  /** And what each was told last. */
  readonly #watchers = new Map<FleetWatcher, string>()
  #timer: NodeJS.Timeout | undefined

  constructor(survey: () => Promise<FleetView>) {
    this.#counts = new Paced(survey, { pauseMs: PAUSE_MS })
  }

  /** Counts that are as new as the pace allows. */
  view(): Promise<FleetView> {
    return this.#counts.ask()
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

  #plan(): void {
    clearTimeout(this.#timer)
    if (this.#watchers.size === 0) return
    const pause = Math.max(PAUSE_MS, this.#counts.waitMs)
    this.#timer = setTimeout(() => {
      void Promise.all([...this.#watchers.keys()].map((watcher) => this.#tell(watcher))).then(() => this.#plan())
    }, pause)
    this.#timer.unref()
  }
}
