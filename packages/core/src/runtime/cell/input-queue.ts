/** The inputs that wait for their turn in a cell, and those that are under way. */
import { isOwnInput } from '../../decide/inputs.js'
import type { Envelope } from '../../decide/inputs.js'
import { RefoldError } from '../../errors.js'
import { tellCallers } from './submission.js'
import type { Submission, Waiter } from './submission.js'

/** Inputs of callers that may wait. */
export const MAX_QUEUE = 10_000
/** Inputs that are decided for one append. */
const MAX_BATCH = 64
const NO_ONE: Waiter = {}

export class InputQueue {
  readonly #stream: string
  #waiting: Submission[] = []
  /** Taken out, and not told yet. */
  #inHand: readonly Submission[] = []
  /** So many of the next are to be appended one by one. */
  #alone = 0

  constructor(stream: string) {
    this.#stream = stream
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Whether the input may wait; a caller's may not when too many do, and hears so. */
  add(envelope: Envelope, told: Waiter = NO_ONE): boolean {
    const { length } = this.#waiting
    if (!isOwnInput(envelope.input) && length >= MAX_QUEUE) {
      const message = `${length} inputs wait for agent ${this.#stream}`
      told.reject?.(new RefoldError('QUEUE_FULL', message, { hint: 'Slow down, or await each send.' }))
      return false
    }
    this.#waiting.push({ envelope, told, conflicts: 0 })
    return true
  }

  /** The next inputs, for one append. */
  take(): readonly Submission[] {
    this.#inHand = this.#waiting.splice(0, this.#alone > 0 ? 1 : MAX_BATCH)
    if (this.#alone > 0) this.#alone--
    return this.#inHand
  }

  /** They are next again, in this order. */
  putBack(submissions: readonly Submission[]): void {
    this.#waiting.unshift(...submissions)
  }

  /** They are next again, each in an append of its own. */
  putBackOneByOne(submissions: readonly Submission[]): void {
    this.#alone = submissions.length
    this.putBack(submissions)
  }

  /** What was taken has been told. */
  settled(): void {
    this.#inHand = []
  }

  /** What was taken is next again. */
  undo(): void {
    this.putBack(this.#inHand)
    this.#inHand = []
  }

  /** Callers' inputs are taken no more, and they hear why; the runtime's own stay. */
  rejectCallers(error: RefoldError): void {
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ envelope }) => isOwnInput(envelope.input))
    tellCallers(waiting, error)
  }

  /** None of them is taken: each hears why. */
  reject(error: RefoldError): void {
    for (const { told } of this.#waiting.splice(0)) told.reject?.(error)
  }
}
