/** That this process can use its store no more is told once, by whichever part meets it first. */
import { isRefoldError } from '../../errors.js'
import type { Teller } from './event-hub.js'

export class LostStore {
  readonly #events: Teller
  #isTold = false

  constructor(events: Teller) {
    this.#events = events
  }

  /** Whether it is `STORE_FATAL`; then it is told, with what is over by it. */
  tell(error: unknown, what: string): boolean {
    if (!isRefoldError(error, 'STORE_FATAL')) return false
    if (this.#isTold) return true
    this.#isTold = true
    const { code, message } = error
    this.#events.notice('error', what, { error })
    this.#events.tell({ kind: 'report', report: { code, message: `${what}: ${message}`, facts: { cause: error } } })
    return true
  }
}
