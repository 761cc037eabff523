/** How far the stored documents are, and those who wait for them to be further. */
import { RefoldError } from '../errors.js'
import type { Clock } from '../world/world.js'
import { setLongTimer } from '../world/long-timer.js'
import type { AtOptions } from '../public/projection.js'

interface Waiter {
  /** `undefined`: it is not known yet. */
  place: string | undefined
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
    for (const waiter of this.#waiters) this.#judge(waiter)
  }

  /** It will not be further before something is done: those who wait are told. `undefined`: it goes on. */
  hinder(error: RefoldError | undefined): void {
    this.#hindrance = error
    for (const waiter of this.#waiters) this.#judge(waiter)
  }

  /** The time runs from now on, also while the place is asked for. */
  wait(asked: Promise<string>, { timeoutMs, signal }: AtOptions = {}): Promise<void> {
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
        place: undefined,
        resolve: end(resolve),
        reject: (error) => end(() => reject(error))(),
      }
      this.#waiters.add(waiter)
      asked.then((place) => {
        waiter.place = place
        this.#judge(waiter)
      }, waiter.reject)
      if (signal?.aborted === true) onAbort()
    })
  }

  #judge({ place, resolve, reject }: Waiter): void {
    if (place === undefined) return
    if (place <= this.#place) resolve()
    else if (this.#hindrance !== undefined) reject(this.#hindrance)
  }
}

function aborted(signal: AbortSignal | undefined): RefoldError {
  return new RefoldError('ABORTED', 'the wait was aborted', { cause: signal?.reason })
}
