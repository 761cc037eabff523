/** Actor logic: which kind it is, and how it is found again by name. */
import type { ActorKind } from '../../record/state-document.js'
import { isMachine } from './machine.js'
import type { LogicShape } from './shapes.js'

/** The name under which a parent's logic lists this logic, when it was given in place of its name. */
export function nameOfLogic(parent: unknown, logic: unknown): string | undefined {
  if (!isMachine(parent)) return undefined
  const { actors } = parent.implementations
  return Object.keys(actors).find((name) => actors[name] === logic)
}

/** The logic behind a source: a name in `setup({ actors })`, or XState's name of an inline invoke. `undefined`: not there. */
export function logicOf(parent: unknown, src: string): unknown {
  if (!isMachine(parent)) return undefined
  const inline = /^xstate\.invoke\.(\d+)\.(.*)$/s.exec(src)
  if (inline === null) return parent.implementations.actors[src]
  const invoked = parent.idMap.get(inline[2] ?? '')?.config.invoke
  const list = (Array.isArray(invoked) ? invoked : invoked === undefined ? [] : [invoked]) as readonly {
    src?: unknown
  }[]
  const found = list[Number(inline[1])]?.src
  return typeof found === 'string' ? parent.implementations.actors[found] : found
}

const kinds = new WeakMap<object, ActorKind | 'unknown'>()
const eventStreams = new WeakSet<object>()

/** Which of XState's creators made a logic. `unknown`: none of them. */
export function kindOf(logic: unknown): ActorKind | 'unknown' {
  if (typeof logic !== 'object' || logic === null) return 'unknown'
  let kind = kinds.get(logic)
  if (kind === undefined) kinds.set(logic, (kind = probeKind(logic)))
  return kind
}

/** Whether an observable's values are events for the parent (`fromEventObservable`). */
export function streamsEvents(logic: unknown): boolean {
  return kindOf(logic) === 'observable' && eventStreams.has(logic as object)
}

/** By behaviour: what a logic's pure transition answers to the events of XState's own creators. */
function probeKind(logic: object): ActorKind | 'unknown' {
  if (isMachine(logic)) return 'machine'
  const { config, start, transition, getInitialSnapshot } = logic as Partial<LogicShape>
  if (typeof config !== 'function' || typeof transition !== 'function' || typeof getInitialSnapshot !== 'function')
    return 'unknown'
  if (start === undefined) return 'transition'
  if (typeof start !== 'function') return 'unknown'
  const scope = { self: {} } as never
  const first = getInitialSnapshot(scope, undefined)
  if ('_subscription' in first) {
    if (transition(first, { type: 'xstate.observable.next', data: 1 }, scope) === first) eventStreams.add(logic)
    return 'observable'
  }
  try {
    if (transition(first, { type: 'xstate.promise.resolve', data: 1 }, scope).status === 'done') return 'promise'
  } catch {
    return 'callback' // it looks for its receivers, which only a started one has
  }
  return 'unknown'
}
