/**
 * What kind of actor a piece of XState's logic makes. XState does not mark its logic, so this looks at what each of its
 * creators gives it; `logic-kind.test.ts` holds XState's releases to it.
 */
import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import type { ActorKind } from '../record/state-document.js'

/** Whether the logic is a machine. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  return typeof logic === 'object' && logic !== null && 'implementations' in logic && 'root' in logic
}

/** The kind of actor that the logic makes. Logic written by hand counts as `transition`, or as `callback` when it can be started. */
export function kindOfLogic(logic: AnyActorLogic): ActorKind {
  if (isMachine(logic)) return 'machine'
  if (logic.start === undefined) return 'transition'
  return kindOfStarted(logic)
}

function kindOfStarted(logic: AnyActorLogic): ActorKind {
  try {
    const initial: object = logic.getInitialSnapshot(NO_SCOPE, undefined)
    if ('_subscription' in initial) return 'observable'
    return isDoneByResult(logic, initial) ? 'promise' : 'callback'
  } catch {
    // Callback logic looks for its scope when an event comes; logic written by hand may do so at once.
    return 'callback'
  }
}

/** Neither promise nor observable logic looks at the scope here. */
const NO_SCOPE = {} as Parameters<AnyActorLogic['getInitialSnapshot']>[0]

/** Only promise logic is done by the event that brings its result. */
function isDoneByResult(logic: AnyActorLogic, initial: object): boolean {
  const after: { readonly status?: unknown } = logic.transition(
    initial,
    { type: 'xstate.promise.resolve', data: null },
    NO_SCOPE,
  )
  return after.status === 'done'
}
