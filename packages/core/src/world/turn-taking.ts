/** Long work that no input or output interrupts lets others have their turn of the event loop: a signal, a timer. */

const TURN_MS = 20

/** Of the machine, whatever clock a world has. As it was when this was loaded: tests replace it. */
const { setTimeout: afterThisTurn } = globalThis

export class TurnTaking {
  #begun = 0
  /** Until the event loop has turned; it does so by itself as well, where others wait for something outside. */
  #next: Promise<void> | undefined

  /** Resolves when others have had their turn; `undefined` until this one has lasted for long. */
  yield(): Promise<void> | undefined {
    const now = performance.now()
    if (this.#next === undefined) {
      this.#begun = now
      this.#next = new Promise((resolve) => {
        afterThisTurn(() => {
          this.#next = undefined
          resolve()
        }, 0)
      })
    }
    return now - this.#begun < TURN_MS ? undefined : this.#next
  }
}
