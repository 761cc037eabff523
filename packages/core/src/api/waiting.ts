/** Waiting for a state: bounded by a time and a signal, and never for ever on a runtime that is gone. */
import type { AgentTypes } from '../definition/agent-types.js'
import { toErrorData } from '../record/error-data.js'
import { RefoldError } from '../errors.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import { setLongTimer } from '../world/long-timer.js'
import type { WaitOptions } from '../public/agent.js'
import type { AgentState, DoneState } from '../public/state.js'
import { manyMayListen } from '../world/many-listeners.js'
import type { World } from '../world/world.js'

export interface CellWait extends WaitOptions {
  readonly world: World
  /** What is waited for, as an error says it. */
  readonly what: string
}

/** Resolves with the first answer that `look` gives of the loaded cell, now or after a change. The time and the signal hold for the loading too. */
export function whenCell<R>(
  loaded: Promise<AgentCell>,
  look: (cell: AgentCell) => R | undefined,
  wait: CellWait,
): Promise<R> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const ends: (() => void)[] = []
    const end = (settle: () => void): void => {
      isOver = true
      for (const stop of ends.splice(0)) stop()
      settle()
    }
    const check = (cell: AgentCell): void => {
      try {
        const answer = look(cell)
        if (answer !== undefined) end(() => resolve(answer))
        else if (cell.failure !== undefined) end(() => reject(cell.failure))
        else if (wait.whenBlocked !== 'wait') refuseBlocked(cell, wait.what)
      } catch (error) {
        end(() => reject(error))
      }
    }
    ends.push(...bounds(wait, (error) => end(() => reject(error))))
    if (wait.signal?.aborted === true) end(() => reject(aborted(wait)))
    loaded.then(
      (cell) => {
        if (isOver) return
        ends.push(cell.listen(() => check(cell)))
        check(cell)
      },
      (error: unknown) => end(() => reject(error)),
    )
  })
}

/** What ends a wait from outside, and what keeps the process alive for it; each with how it is taken back. */
function bounds({ world, timeoutMs, signal, what }: CellWait, end: (error: RefoldError) => void): (() => void)[] {
  const ends: (() => void)[] = []
  if (world.keepAlive !== undefined) ends.push(world.keepAlive())
  if (signal !== undefined) {
    const abort = (): void => end(aborted({ what, signal }))
    manyMayListen(signal).addEventListener('abort', abort)
    ends.push(() => signal.removeEventListener('abort', abort))
  }
  if (timeoutMs !== undefined) {
    const late = (): void => end(new RefoldError('TIMEOUT', `${what} did not come within ${timeoutMs} ms`))
    ends.push(setLongTimer(world.clock, late, timeoutMs))
  }
  return ends
}

function aborted({ what, signal }: Pick<CellWait, 'what' | 'signal'>): RefoldError {
  return new RefoldError('ABORTED', `waiting for ${what} was aborted`, { cause: signal?.reason })
}

/** Throws `BLOCKED`: what is waited for does not come by itself. */
function refuseBlocked({ state, stream }: AgentCell, what: string): void {
  const blocked = state?.agent.blocked
  if (blocked === undefined) return
  throw new RefoldError('BLOCKED', `${what} does not come: ${stream} is blocked: ${blocked.error.message}`, {
    hint: "Repair the cause and `retry` the agent; `{ whenBlocked: 'wait' }` waits for that too.",
    facts: { blocked },
  })
}

/** The state, if the agent has ended well. Throws `AGENT_FAILED`, or `NOT_ACTIVE` for one that was stopped. */
export function requireDone<T extends AgentTypes>(ended: AgentState<T>, stream: string): DoneState<T> {
  if (ended.status === 'done') return ended
  if (ended.status === 'error')
    throw new RefoldError('AGENT_FAILED', `${stream} failed: ${thrownText(ended.error)}`, { cause: ended.error })
  throw new RefoldError('NOT_ACTIVE', `${stream} was stopped`)
}

/** For those who wait for a state that the agent ended without. */
export function endedBefore<T extends AgentTypes>(
  { status, error, value }: AgentState<T>,
  stream: string,
): RefoldError {
  const what = `the state does not come any more: ${stream}`
  if (status === 'error') return new RefoldError('NOT_ACTIVE', `${what} failed: ${thrownText(error)}`, { cause: error })
  const how = status === 'done' ? `ended in ${JSON.stringify(value)}` : 'was stopped'
  return new RefoldError('NOT_ACTIVE', `${what} ${how}`)
}

/** Stored JSON: what was thrown need not have been an error. */
function thrownText(thrown: unknown): string {
  return toErrorData(thrown).message
}
