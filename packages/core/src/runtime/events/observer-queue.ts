/** One observer: told at once while it keeps up, else from a bounded queue. */
import type { RuntimeEvent, RuntimeObserver } from '../../public/runtime-event.js'
import { isPowerOfTwo } from '../../world/backoff.js'
import type { Logger } from '../../world/world.js'

/** Events that wait for an observer whose promise has not settled; those beyond are dropped and counted. */
const MOST_WAITING = 10_000

export class ObserverQueue {
  readonly #observer: RuntimeObserver
  readonly #index: number
  readonly #logger: Logger
  readonly #waiting: RuntimeEvent[] = []
  #isBusy = false
  #dropped = 0
  #failures = 0

  constructor(observer: RuntimeObserver, { index, logger }: { readonly index: number; readonly logger: Logger }) {
    this.#observer = observer
    this.#index = index
    this.#logger = logger
  }

  tell(event: RuntimeEvent): void {
    if (!this.#isBusy) this.#call(event)
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event)
    else this.#dropped++
  }

  #call(event: RuntimeEvent): void {
    const failed = (error: unknown): void => this.#failed({ kind: event.kind, error })
    try {
      const told = this.#observer(event)
      if (!(told instanceof Promise)) return
      this.#isBusy = true
      void told.catch(failed).then(() => this.#goOn())
    } catch (error) {
      failed(error)
    }
  }

  /** Said the 1st, 2nd, 4th, 8th … time: one that throws at each event would fill the log. */
  #failed(facts: { readonly kind: RuntimeEvent['kind']; readonly error: unknown }): void {
    const times = ++this.#failures
    if (isPowerOfTwo(times)) this.#logger.log('error', 'an observer threw', { observer: this.#index, times, ...facts })
  }

  #goOn(): void {
    this.#isBusy = false
    while (!this.#isBusy) {
      const next = this.#next()
      if (next === undefined) return
      this.#call(next)
    }
  }

  #next(): RuntimeEvent | undefined {
    const next = this.#waiting.shift()
    if (next !== undefined || this.#dropped === 0) return next
    const dropped = this.#dropped
    this.#dropped = 0
    return { kind: 'lag', observer: this.#index, dropped }
  }
}
