import { manyMayListen } from '../../world/many-listeners.js'

/** An abort signal that costs nothing until a body looks at it: most never do. */
export class LazyAbort {
  #controller: AbortController | undefined
  #reason: unknown
  #aborted = false

  get aborted(): boolean {
    return this.#aborted
  }
  get reason(): unknown {
    return this.#reason
  }
  /** Aborted, and someone looked at the signal: what they do may come of it. */
  get isHeeded(): boolean {
    return this.#aborted && this.#controller !== undefined
  }

  /** Asked for by the body only: asking is looking. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      manyMayListen(this.#controller.signal)
      if (this.#aborted) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** The first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}
