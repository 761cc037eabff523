/** The logic of a random chart's effects: bodies do nothing by themselves, a driver decides what they do and when. */
import { fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition } from 'xstate'

/** A body that was started, as its driver sees it. */
export interface StartedBody {
  readonly src: string
  readonly input: unknown
  /** What a promise resolves to; of an observable, `undefined`: complete. */
  readonly done: (output: unknown) => void
  readonly fail: (error: unknown) => void
  /** A callback's `sendBack`, or a value of an observable. */
  readonly next: (value: unknown) => void
}

/** Hears what the bodies and custom actions of a chart do. */
export interface BodyDriver {
  started(body: StartedBody): void
  stopped(body: StartedBody): void
  /** An event that a callback received. */
  received(body: StartedBody, event: unknown): void
  /** A custom action ran. */
  noted(text: string): void
  /** Whether the chart may send, spawn or answer once more for this input (`Allowance`). */
  spend(): boolean
}

function tally(count: { readonly total: number }, { type }: { readonly type: string }): { readonly total: number } {
  if (type === 'E2' && count.total > 1) throw new Error('two is enough')
  return type === 'E1' ? { total: count.total + 1 } : count
}

interface Observer {
  next?: (value: unknown) => void
  error?: (error: unknown) => void
  complete?: () => void
}

export const EFFECT_SOURCES = ['fetch', 'listen', 'watch', 'stream'] as const

/** Actor logic by source, one of each of XState's kinds. */
export function effectLogic(driver: BodyDriver): Record<string, unknown> {
  const observable = (src: string, input: unknown) => ({
    subscribe: (observer: Observer) => {
      const body: StartedBody = {
        src,
        input,
        done: () => observer.complete?.(),
        fail: (error) => observer.error?.(error),
        next: (value) => observer.next?.(value),
      }
      driver.started(body)
      return { unsubscribe: () => driver.stopped(body) }
    },
  })
  return {
    fetch: fromPromise(({ input, signal }) => {
      return new Promise((resolve, reject) => {
        const body: StartedBody = { src: 'fetch', input, done: resolve, fail: reject, next: () => {} }
        signal.addEventListener('abort', () => driver.stopped(body))
        driver.started(body)
      })
    }),
    listen: fromCallback(({ input, sendBack, receive }) => {
      const next = (value: unknown): void => sendBack(value as never)
      const body: StartedBody = { src: 'listen', input, done: () => {}, fail: () => {}, next }
      receive((event) => driver.received(body, event))
      driver.started(body)
      return () => driver.stopped(body)
    }),
    watch: fromObservable(({ input }) => observable('watch', input) as never),
    stream: fromEventObservable(({ input }) => observable('stream', input) as never),
    tally: fromTransition(tally, ({ input }) => {
      if ((input as { n?: number }).n === 7) throw new Error('no tally of seven')
      return { total: 0 }
    }),
  }
}
