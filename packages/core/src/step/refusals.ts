/** Which errors of a transition mean that nothing may be recorded, and as what they are reported. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { RefoldErrorCode } from '../errors.js'
import { hitOurBound, isLoopError } from './xstate/machine.js'
import type { MachineShape } from './xstate/shapes.js'

export interface Thrower {
  readonly isRoot: boolean
  /** Its id. */
  readonly actor: string
  readonly machine: MachineShape | undefined
}

/** `undefined`: as in XState, the actor fails and its parent hears of it. */
export function refusalOf(error: unknown, { isRoot, actor, machine }: Thrower): RefoldError | undefined {
  if (isRefoldError(error)) return error
  const child = isRoot ? undefined : actor
  if (wroteToFrozen(error))
    return refusal('MUTATED', {
      cause: error,
      child,
      hint: 'Return a new value from `assign`; context and events are frozen.',
    })
  if (isLoopError(error) && (isRoot || hitOurBound(machine, error))) {
    return refusal('LOOPS_FOREVER', {
      cause: error,
      child,
      hint: 'Look for `always` or `raise` transitions that lead back to where they came from.',
    })
  }
  return isRoot ? refusal('EVENT_REFUSED', { cause: error, child, hint: 'Nothing was recorded.' }) : undefined
}

function refusal(
  code: RefoldErrorCode,
  { child, ...options }: { cause: unknown; child: string | undefined; hint: string },
): RefoldError {
  const message = options.cause instanceof Error ? options.cause.message : 'a transition threw'
  return new RefoldError(code, child === undefined ? message : `in the child "${child}": ${message}`, options)
}

/** V8's messages; XState wraps those of guards into its own. */
const FROZEN_WRITE = /Cannot (assign to read only|add|delete|redefine|define) property|object is not extensible/

function wroteToFrozen(error: unknown): boolean {
  return error instanceof Error && FROZEN_WRITE.test(error.message)
}
