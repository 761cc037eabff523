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

/** What the engines say of a write to a frozen value: V8, JavaScriptCore, SpiderMonkey. XState wraps those of guards into its own. */
const FROZEN_WRITES = [
  /Cannot (assign to read only|add|delete|redefine|define) property|(object|#<\w+>) is not extensible/,
  /^Attempt(ed to assign to|ing to change value of a) readonly property\.$/m,
  /^Attempting to define property on object that is not extensible\.$/m,
  /^Attempting to change access mechanism for an unconfigurable property\.$/m,
  /^(Unable to delete property\.|Array length is not writable)$/m,
  /^("[^"\n]*"|\d+) is read-only$/m,
  /^can't (define property "[^"\n]*": \w+ is not extensible|redefine non-configurable property .*|set prototype of this object)$/m,
  /^can't define array index property past the end of an array with non-writable length$/m,
  /^property .* is non-configurable and can't be deleted$/m,
]

function wroteToFrozen(error: unknown): boolean {
  return error instanceof Error && FROZEN_WRITES.some((write) => write.test(error.message))
}
