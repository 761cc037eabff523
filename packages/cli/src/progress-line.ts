/** How far long work is: one line of a terminal's standard error, written over. Elsewhere it says nothing. */
import { printable } from '@refold/core'

/** Where it is shown. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Before that the work may be done already. */
const FIRST_AFTER_MS = 300
const EVERY_MS = 100

export class ProgressLine {
  readonly #output: ProgressOutput
  readonly #now: () => number
  #next: number
  #isShown = false

  constructor(output: ProgressOutput = process.stderr, now: () => number = () => performance.now()) {
    this.#output = output
    this.#now = now
    this.#next = now() + FIRST_AFTER_MS
  }

  /** `text` is asked for when a line is due. */
  tell(text: () => string): void {
    const now = this.#now()
    if (this.#output.isTTY !== true || now < this.#next) return
    this.#next = now + EVERY_MS
    this.#isShown = true
    this.#output.write(`\r\u001b[K${printable(text()).slice(0, (this.#output.columns ?? 80) - 1)}`)
  }

  /** Takes the line away: what is printed next begins where it stood. */
  end(): void {
    if (this.#isShown) this.#output.write('\r\u001b[K')
    this.#isShown = false
  }
}
