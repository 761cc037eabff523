/** Wakes those who wait for new events: of the whole log, or of one stream. */
import { ChangeSignal } from '@refold/core/store'

export class LogSignals {
  readonly all = new ChangeSignal()
  readonly #ofStreams = new Map<string, { readonly signal: ChangeSignal; users: number }>()

  /** The signal of a stream, to be given back with `release`. */
  acquire(stream: string): ChangeSignal {
    const known = this.#ofStreams.get(stream)
    if (known !== undefined) {
      known.users++
      return known.signal
    }
    const signal = new ChangeSignal()
    if (this.all.closed) signal.close()
    this.#ofStreams.set(stream, { signal, users: 1 })
    return signal
  }

  release(stream: string): void {
    const known = this.#ofStreams.get(stream)
    if (known !== undefined && --known.users === 0) this.#ofStreams.delete(stream)
  }

  notify(stream: string): void {
    this.all.notify()
    this.#ofStreams.get(stream)?.signal.notify()
  }

  close(): void {
    this.all.close()
    for (const { signal } of this.#ofStreams.values()) signal.close()
  }
}
