/** Waits until a cell has nothing under way, or until there is no telling when that will be. */
export class Quiescence {
  readonly #isBusy: () => boolean
  readonly #waiting: (() => void)[] = []
  #troubled = false

  constructor(isBusy: () => boolean) {
    this.#isBusy = isBusy
  }

  /** Resolves when nothing is under way any more, or as soon as the store is in trouble: then it may never be. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.look()
    })
  }

  /** The store's last answer was none, or a rejection; or it answers again. */
  set troubled(troubled: boolean) {
    this.#troubled = troubled
    this.look()
  }

  /** Something may have ended. */
  look(): void {
    if (this.#isBusy() && !this.#troubled) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
