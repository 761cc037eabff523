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
