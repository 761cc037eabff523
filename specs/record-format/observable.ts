/** An observable that gives its values at once and completes: all that XState asks of one. */
import type { Observer, Subscribable } from 'xstate'

export function of<T>(...values: readonly T[]): Subscribable<T> {
  return {
    subscribe(observer: Observer<T> | ((value: T) => void)) {
      const { next, complete } = typeof observer === 'function' ? { next: observer, complete: undefined } : observer
      for (const value of values) next?.(value)
      complete?.()
      return { unsubscribe: () => {} }
    },
  }
}
