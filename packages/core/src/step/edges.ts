/** Which edges of the chart a microstep took. */
import { edgeId, transitionsOf } from '../definition/chart-edges.js'
import type { NodeShape, TransitionShape } from './xstate/shapes.js'
import { PLACED } from './xstate/shapes.js'

const known = new WeakMap<TransitionShape, string>()

/** The ids of what one microstep took, in order. Forbidden transitions, those that another preempted, and a migration's own, which the chart does not have, were not taken. */
export function edgesTaken(transitions: readonly TransitionShape[]): string[] {
  const enabled = transitions.filter(
    ({ target, actions, eventType }) => eventType !== PLACED && (target !== undefined || actions.length > 0),
  )
  return withoutPreempted(enabled).map(idOf)
}

function idOf(transition: TransitionShape): string {
  const id = known.get(transition)
  if (id !== undefined) return id
  const { source } = transition
  transitionsOf(source).forEach((sibling, index) => known.set(sibling, edgeId(source, index)))
  return known.get(transition) ?? `${source.order}.?`
}

/** Of two whose exits overlap XState takes the one that stands deeper, else the first. */
function withoutPreempted(transitions: readonly TransitionShape[]): readonly TransitionShape[] {
  if (transitions.length < 2) return transitions
  const kept = new Set<TransitionShape>()
  for (const transition of transitions) {
    const rivals = [...kept].filter((other) => overlap(transition, other))
    if (rivals.some((other) => !isBelow(transition.source, other.source))) continue
    for (const rival of rivals) kept.delete(rival)
    kept.add(transition)
  }
  return [...kept]
}

function overlap(one: TransitionShape, other: TransitionShape): boolean {
  const a = domainOf(one)
  const b = domainOf(other)
  return a !== undefined && b !== undefined && (a === b || isBelow(a, b) || isBelow(b, a))
}

/** The node below which a transition exits everything; `undefined`: it exits nothing. */
export function domainOf({ target, source, reenter }: TransitionShape): NodeShape | undefined {
  if (target === undefined || target.length === 0) return undefined
  if (!reenter && target.every((node) => node === source || isBelow(node, source)))
    return Object.keys(source.states).length === 0 ? undefined : source
  for (let at = source.parent; at !== undefined; at = at.parent) {
    const ancestor = at
    if (target.every((node) => isBelow(node, ancestor))) return ancestor
  }
  return source.machine.root
}

/** Whether a node stands below another, at any depth. */
export function isBelow(node: NodeShape, ancestor: NodeShape): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) if (at === ancestor) return true
  return false
}
