/** How far the stored documents are, and those who wait for them to be further. */
import { RefoldError } from '../errors.js'
import type { Clock } from '../world/world.js'
import { setLongTimer } from '../world/long-timer.js'
import type { AtOptions } from '../public/projection.js'

interface Waiter {
  readonly place: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Reached {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  #place = ''
  #hindrance: RefoldError | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A cursor: of two the greater is the later one. Empty: nothing is held yet. */
  get place(): string {
    return this.#place
  }

  get hindrance(): RefoldError | undefined {
    return this.#hindrance
  }

  /** The documents hold everything up to here. */
  to(place: string): void {
    if (place > this.#place) this.#place = place
    for (const waiter of this.#waiters) if (waiter.place <= this.#place) waiter.resolve()
  }

  /** It will not be further before something is done: those who wait are told. `undefined`: it goes on. */
  hinder(error: RefoldError | undefined): void {
    this.#hindrance = error
    if (error !== undefined) for (const waiter of this.#waiters) waiter.reject(error)
  }

  wait(place: string, { timeoutMs, signal }: AtOptions = {}): Promise<void> {
    if (place <= this.#place) return Promise.resolve()
    if (this.#hindrance !== undefined) return Promise.reject(this.#hindrance)
    if (signal?.aborted === true) return Promise.reject(aborted(signal))
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => (): void => {
        this.#waiters.delete(waiter)
        cancel()
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = (): void => end(() => reject(aborted(signal)))()
      const late = new RefoldError('TIMEOUT', `the projection did not hold the record within ${timeoutMs} ms`)
      const cancel =
        timeoutMs === undefined ? () => {} : setLongTimer(this.#clock, () => end(() => reject(late))(), timeoutMs)
      signal?.addEventListener('abort', onAbort)
      const waiter: Waiter = {
        place,
        resolve: end(resolve),
        reject: (error) => end(() => reject(error))(),
      }
      this.#waiters.add(waiter)
    })
  }
}

function aborted(signal: AbortSignal | undefined): RefoldError {
  return new RefoldError('ABORTED', 'the wait was aborted', { cause: signal?.reason })
}
