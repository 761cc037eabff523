/**
 * Watches the other workers that perform something, so that what they leave is taken up at once.
 *
 * Locks are looked at often: that is cheap, and proves a death on this machine. Heartbeats are looked at less often, yet
 * often enough: how long a worker was silent is counted from when this one first saw its last heartbeat.
 */
import type { Teller } from '../events/event-hub.js'
import type { CancelTimer, World } from '../../world/world.js'
import type { FailureDetector } from './failure-detector.js'

export interface DeathWatchOptions {
  readonly world: World
  readonly events: Teller
  readonly owners: FailureDetector
  /** The worker is gone, however that is known; called once, then it is watched no more. */
  readonly onGone: (owner: string) => void
}

/** `seen`: it was alive at the last look. `named`: no one has looked yet. */
type Known = 'seen' | 'named'

const LOCKS_EVERY_MS = 50
/** A heartbeat is seen late by so many looks at most, and the end of the lease after it by one. */
const HEARTBEATS_EVERY_LOOKS = 3
const MOST_REMEMBERED = 10_000

export class DeathWatch {
  readonly #options: DeathWatchOptions
  /** Those that were named since the last `age`, and those that were named before. */
  #young = new Map<string, Known>()
  #old = new Map<string, Known>()
  /** Told, and not seen alive since. */
  readonly #gone = new Set<string>()
  #cancel: CancelTimer | undefined
  #looks = 0
  #closed = false

  constructor(options: DeathWatchOptions) {
    this.#options = options
  }

  /** Whether the worker was alive a moment ago; its end will be told. */
  sees(owner: string): boolean {
    return (this.#young.get(owner) ?? this.#old.get(owner)) === 'seen'
  }

  /** The worker was alive a moment ago, and has something to perform. */
  seen(owner: string): void {
    this.#gone.delete(owner)
    this.#add(owner, 'seen')
  }

  /** The worker will have something to perform, if it lives. */
  named(owner: string): void {
    if (!this.#gone.has(owner)) this.#add(owner, this.sees(owner) ? 'seen' : 'named')
  }

  /** Who is not named again before the next call is watched no more: a worker with nothing to perform may die unnoticed. */
  age(): void {
    this.#old = this.#young
    this.#young = new Map()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
  }

  #add(owner: string, known: Known): void {
    if (this.#closed) return
    this.#young.set(owner, known)
    this.#old.delete(owner)
    if (this.#cancel === undefined) this.#schedule()
  }

  #schedule(): void {
    this.#cancel = undefined
    if (this.#closed || this.#young.size + this.#old.size === 0) return
    this.#cancel = this.#options.world.clock.setTimer(() => {
      void this.#lookAtAll().finally(() => this.#schedule())
    }, LOCKS_EVERY_MS)
  }

  async #lookAtAll(): Promise<void> {
    const at = this.#looks++ % HEARTBEATS_EVERY_LOOKS === 0 ? 'all' : 'lock'
    await Promise.all([...this.#young.keys(), ...this.#old.keys()].map((owner) => this.#lookAt(owner, at)))
  }

  async #lookAt(owner: string, at: 'all' | 'lock'): Promise<void> {
    const { owners, events } = this.#options
    const isWhole = at === 'all' || owners.isOverdue(owner)
    try {
      const verdict = isWhole ? await owners.look(owner) : await owners.lookAtLock(owner)
      if (this.#closed) return
      if (verdict !== 'alive') return this.#bury(owner)
      if (!isWhole) return
      if (this.#young.has(owner)) this.#young.set(owner, 'seen')
      if (this.#old.has(owner)) this.#old.set(owner, 'seen')
    } catch (error) {
      if (!this.#closed) events.notice('warn', `worker ${owner} cannot be watched for now`, { error })
    }
  }

  #bury(owner: string): void {
    this.#young.delete(owner)
    this.#old.delete(owner)
    if (this.#gone.size > MOST_REMEMBERED) this.#gone.clear()
    this.#gone.add(owner)
    this.#options.onGone(owner)
  }
}
