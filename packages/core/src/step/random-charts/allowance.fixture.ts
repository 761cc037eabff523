/** What an engine may do for one input, so that random charts come to rest: both engines that are compared spend alike. */

const SENDS_PER_INPUT = 12

export class Allowance {
  #left = SENDS_PER_INPUT

  /** A new input begins. */
  renew(): void {
    this.#left = SENDS_PER_INPUT
  }
  /** Whether one more thing may be sent, spawned or answered. */
  spend(): boolean {
    return this.#left-- > 0
  }
}
