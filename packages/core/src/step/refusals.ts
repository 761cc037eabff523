/** Which errors of a transition mean that nothing may be recorded, and as what they are reported. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { RefoldErrorCode } from '../errors.js'
import { hitOurBound, isLoopError } from './xstate/machine.js'
import type { MachineShape } from './xstate/shapes.js'

export interface Thrower {
  readonly isRoot: boolean
  readonly machine: MachineShape | undefined
}

/** `undefined`: as in XState, the actor fails and its parent hears of it. */
export function refusalOf(error: unknown, { isRoot, machine }: Thrower): RefoldError | undefined {
  if (isRefoldError(error)) return error
  if (wroteToFrozen(error))
    return refusal('MUTATED', {
      cause: error,
      hint: 'Return a new value from `assign`; context and events are frozen.',
    })
  if (isLoopError(error) && (isRoot || hitOurBound(machine, error))) {
    return refusal('LOOPS_FOREVER', {
      cause: error,
      hint: 'Look for `always` or `raise` transitions that lead back to where they came from.',
    })
  }
  return isRoot ? refusal('EVENT_REFUSED', { cause: error, hint: 'Nothing was recorded.' }) : undefined
}

function refusal(code: RefoldErrorCode, options: { cause: unknown; hint: string }): RefoldError {
  const message = options.cause instanceof Error ? options.cause.message : 'a transition threw'
  return new RefoldError(code, message, options)
}

/** V8's messages; XState wraps those of guards into its own. */
const FROZEN_WRITE = /Cannot (assign to read only|add|delete|redefine|define) property|object is not extensible/

function wroteToFrozen(error: unknown): boolean {
  return error instanceof Error && FROZEN_WRITE.test(error.message)
}
