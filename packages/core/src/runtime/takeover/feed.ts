/** How a worker learns what other processes append: cells read on, and agents that no one performs are looked at. */
import { addressOf } from '../../definition/agent-address.js'
import { isRefoldError } from '../../errors.js'
import { backoffMs } from '../../world/backoff.js'
import { inParallel } from '../../world/in-parallel.js'
import { pause } from '../../world/pause.js'
import { HOLDS_STREAM } from '../limits/holds.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import type { Guard } from './guard.js'
import type { Looks } from './looks.js'

const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 2_000, jitter: true }

export interface FeedOptions {
  readonly runtime: WorkerRuntime
  readonly guard: Guard
  readonly looks: Looks
  readonly signal: AbortSignal
  /** An agent that is not in memory has got a record. */
  readonly lookAt: (stream: string) => Promise<unknown>
}

export class Feed {
  readonly #options: FeedOptions
  readonly #runtime: WorkerRuntime
  readonly #signal: AbortSignal

  constructor(options: FeedOptions) {
    this.#options = options
    this.#runtime = options.runtime
    this.#signal = options.signal
  }

  /** Begun again after an error: what was missed meanwhile is read by the cells that live here. */
  async follow(): Promise<void> {
    const { cells, world, events, lostStore } = this.#runtime
    for (let failures = 0; !this.#signal.aborted; failures++) {
      try {
        if (failures > 0) cells.refreshAll()
        await this.#followFeed()
        return
      } catch (error) {
        if (this.#signal.aborted || isRefoldError(error, 'CLOSED')) return
        if (!lostStore.tell(error, 'other processes cannot be followed'))
          events.notice('error', 'other processes cannot be followed for now', { error })
        await pause(backoffMs(failures + 1, RETRY, world.random), world)
      }
    }
  }

  async #followFeed(): Promise<void> {
    const { guard, looks, lookAt } = this.#options
    const { store, cells, settings, performs, holds } = this.#runtime
    for await (const appends of store.externalAppends({ signal: this.#signal })) {
      await inParallel(appends, async ({ stream }) => {
        if (stream === HOLDS_STREAM) return looks.at(stream, () => holds.look())
        const cell = cells.live(stream)
        cells.refreshOnArrival(stream)
        if (cell !== undefined) await looks.at(stream, () => guard.run(stream, () => cell.refresh())) // what it finds, `recorded` looks at
        else if (performs && settings.registry.names.includes(addressOf(stream).name))
          await looks.at(stream, () => guard.run(stream, () => lookAt(stream)))
      })
    }
  }
}
