/**
 * Lets the outcomes of effects come out one by one, in an order that no crash changes: by agent, and of one agent those that
 * were asked for first. What is left then is what recovery changes.
 */

/** Where an effect was asked for. */
export interface Asked {
  /** `''` for the checked agent: it comes first. */
  readonly stream: string
  readonly revision: number
  /** In the record of that revision. */
  readonly ordinal: number
}

export class BodyGate {
  readonly #waiting = new Map<number, { readonly asked: Asked; readonly go: () => void }>()
  #next = 0

  /** A number for a body that begins now. */
  enter(): number {
    return this.#next++
  }

  /** Resolves when it is the body's turn, or when it is aborted. */
  leave(body: number, { signal, asked }: { readonly signal: AbortSignal; readonly asked: Asked }): Promise<void> {
    return new Promise((go) => {
      this.#waiting.set(body, { asked, go })
      const aborted = (): void => {
        this.#waiting.delete(body)
        go()
      }
      if (signal.aborted) aborted()
      else signal.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Lets the first one out; `false` when none waits. */
  release(): boolean {
    const [first] = [...this.#waiting].toSorted(([a, one], [b, other]) => inOrder(one.asked, other.asked) || a - b)
    if (first === undefined) return false
    this.#waiting.delete(first[0])
    first[1].go()
    return true
  }

  /** Their process died. */
  clear(): void {
    this.#waiting.clear()
  }
}

function inOrder(one: Asked, other: Asked): number {
  if (one.stream !== other.stream) return one.stream < other.stream ? -1 : 1
  return one.revision - other.revision || one.ordinal - other.ordinal
}
