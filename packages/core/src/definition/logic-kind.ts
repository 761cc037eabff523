/**
 * What kind of actor a piece of XState's logic makes. XState does not mark its logic, so this looks at what each of its
 * creators gives it; `logic-kind.test.ts` holds XState's releases to it. Definition and step ask here alike.
 */
import type { AnyActorLogic, AnyStateMachine } from 'xstate'
import type { ActorKind } from '../record/state-document.js'

const kinds = new WeakMap<object, ActorKind | 'unknown'>()
const eventStreams = new WeakSet<object>()

/** Whether the logic is a machine: one that XState made, no copy of its members. */
export function isMachine(logic: unknown): logic is AnyStateMachine {
  if (typeof logic !== 'object' || logic === null || !('__xstatenode' in logic)) return false
  const prototype: unknown = Object.getPrototypeOf(logic)
  return typeof prototype === 'object' && prototype !== null && 'getInitialSnapshot' in prototype
}

/** Which of XState's creators made a logic. `unknown`: none of them; its actor could not be restored. */
export function kindOfLogic(logic: unknown): ActorKind | 'unknown' {
  if (typeof logic !== 'object' || logic === null) return 'unknown'
  let kind = kinds.get(logic)
  if (kind === undefined) kinds.set(logic, (kind = isMachine(logic) ? 'machine' : probeKind(logic)))
  return kind
}

/** Whether an observable's values are events for the parent (`fromEventObservable`). */
export function streamsEvents(logic: unknown): boolean {
  return kindOfLogic(logic) === 'observable' && eventStreams.has(logic as object)
}

/** By behaviour: what a logic's pure transition answers to the events of XState's own creators. Runs no body. */
function probeKind(logic: object): ActorKind | 'unknown' {
  const { config, start, transition, getInitialSnapshot } = logic as Partial<AnyActorLogic> & { config?: unknown }
  if (typeof config !== 'function' || typeof transition !== 'function' || typeof getInitialSnapshot !== 'function')
    return 'unknown'
  if (start === undefined) return 'transition'
  if (typeof start !== 'function') return 'unknown'
  try {
    const first: object = getInitialSnapshot(SCOPE, undefined)
    const after = (event: { type: string; data: unknown }): object => transition(first, event, SCOPE)
    if ('_subscription' in first) {
      if (after({ type: 'xstate.observable.next', data: 1 }) === first) eventStreams.add(logic)
      return 'observable'
    }
    return probeStarted(first, after)
  } catch {
    return 'unknown'
  }
}

/** Promise logic is done by the event that brings its result; callback logic looks for its receivers, which only a started one has. */
function probeStarted(
  first: object,
  after: (event: { type: string; data: unknown }) => object,
): 'promise' | 'callback' | 'unknown' {
  let next: { readonly status?: unknown }
  try {
    next = after({ type: 'xstate.promise.resolve', data: 1 })
  } catch {
    return 'input' in first ? 'callback' : 'unknown'
  }
  return next.status === 'done' ? 'promise' : 'unknown'
}

/** None of the creators' logic looks further into it here. */
const SCOPE = { self: {} } as Parameters<AnyActorLogic['getInitialSnapshot']>[0]
