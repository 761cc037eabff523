/** An agent's states as an observable: the newest at once, then each that this process folds. */
import { isRefoldError } from '../errors.js'
import { Observable } from '../history/observable.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'

/** Completes with the agent, or with the runtime. Errors with what stops the agent in this process. */
export function statesOf<S extends { readonly status: string }>(
  load: () => Promise<AgentCell>,
  view: (cell: AgentCell) => S,
): Observable<S> {
  return new Observable((subscriber) => {
    let stop: (() => void) | undefined
    let stopped = false
    const look = (cell: AgentCell): void => {
      if (cell.failure !== undefined) {
        if (isRefoldError(cell.failure, 'CLOSED')) subscriber.complete()
        else subscriber.error(cell.failure)
        return
      }
      const state = view(cell)
      subscriber.next(state)
      if (state.status !== 'active') subscriber.complete()
    }
    load().then(
      (cell) => {
        if (stopped) return
        stop = cell.listen(look)
        look(cell)
        if (subscriber.closed) stop()
      },
      (error: unknown) => subscriber.error(error),
    )
    return () => {
      stopped = true
      stop?.()
    }
  })
}

/** What is told of an agent as long as there are states to come: what ends them with an error is told by them. */
export function untilEndOf<T>(
  states: Observable<unknown>,
  listen: (told: (value: T) => void) => () => void,
): Observable<T> {
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete()
    subscriber.add(listen((value) => subscriber.next(value)))
    subscriber.add(states.subscribe({ complete, error: complete }))
  })
}
