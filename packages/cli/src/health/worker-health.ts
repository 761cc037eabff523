/** What a supervisor knows of one worker by asking it now and then. */
import type { Looked } from '../up/messages.js'
import type { WorkerReadiness } from './readiness.js'

/** Questions that a worker may leave unanswered. */
const MOST_UNANSWERED = 3
const LONGEST_WHY = 300

export class WorkerHealth {
  #looked: Looked | undefined
  #unanswered = 0

  /** It is asked once more. */
  asked(): void {
    this.#unanswered++
  }

  answered(looked: Looked): void {
    this.#looked = looked
    this.#unanswered = 0
  }

  /** `phase`: where its process stands, if it does not work. */
  readiness(worker: string, phase: string | undefined): WorkerReadiness {
    const why = phase ?? this.#trouble()
    return why === undefined ? { worker, isReady: true } : { worker, isReady: false, why: why.slice(0, LONGEST_WHY) }
  }

  #trouble(): string | undefined {
    if (this.#looked === undefined) return 'it has not looked at the store yet'
    if (this.#unanswered > MOST_UNANSWERED) return `it has not answered ${this.#unanswered} questions`
    return this.#looked.trouble === undefined ? undefined : `it cannot read the store: ${this.#looked.trouble}`
  }
}
