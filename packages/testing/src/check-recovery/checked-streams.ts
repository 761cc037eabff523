/**
 * Callbacks and observables of a checked agent: instead of their bodies the script speaks. A stream is known by its key,
 * which is the same in every attempt and after every crash.
 */
import type { EffectBodyArgs, StreamBody } from '@refold/core/definition'

interface RunningStream {
  readonly src: string
  readonly say: (value: unknown) => void
}

export class CheckedStreams {
  /** Keys by their first start, over all incarnations of the process: the same one speaks with and without a crash. */
  readonly #order = new Map<string, number>()
  readonly #running = new Map<string, RunningStream>()

  /** The body in place of the source's own. What is sent to it goes nowhere. */
  bodyFor(src: string): StreamBody {
    return (args, say) => this.#enter(args, { src, say })
  }

  /** The oldest that runs of a source says it; `false` when none does. */
  say(src: string, value: unknown): boolean {
    const keys = [...this.#running].filter(([, stream]) => stream.src === src).map(([key]) => key)
    const [oldest] = keys.toSorted((one, other) => (this.#order.get(one) ?? 0) - (this.#order.get(other) ?? 0))
    if (oldest === undefined) return false
    this.#running.get(oldest)?.say(value)
    return true
  }

  /** Their process died. */
  clear(): void {
    this.#running.clear()
  }

  #enter({ refold: { key } }: EffectBodyArgs, stream: RunningStream): () => void {
    if (!this.#order.has(key)) this.#order.set(key, this.#order.size)
    this.#running.set(key, stream)
    return () => {
      if (this.#running.get(key) === stream) this.#running.delete(key)
    }
  }
}
