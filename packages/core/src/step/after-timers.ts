/** Which state node an `after` belongs to: XState names its event by delay and node, and never by the node alone. */
import type { MachineShape, NodeShape } from './xstate/shapes.js'

const allTimers = new WeakMap<object, ReadonlyMap<string, NodeShape>>()

/** The node whose `after` sends the event of this type; `undefined`: none does. */
export function afterNodeOf({ idMap }: Pick<MachineShape, 'idMap'>, type: string): NodeShape | undefined {
  let found = allTimers.get(idMap)
  if (found === undefined) allTimers.set(idMap, (found = new Map([...idMap.values()].flatMap(timersOf))))
  return found.get(type)
}

/** The delays of a node, each by the type of the event that it sends. */
export function delaysByType(node: NodeShape): ReadonlyMap<string, number | string> {
  const transitions = [...node.transitions.values()].flat()
  return new Map(
    transitions.flatMap(({ delay, eventType }) => (delay === undefined ? [] : [[eventType, delay] as const])),
  )
}

/** The delays of a node, as its chart has them: numbers of milliseconds, or names. */
export function delaysOf(node: NodeShape): readonly string[] {
  return Object.keys(node.config.after ?? {})
}

function timersOf(node: NodeShape): [string, NodeShape][] {
  return [...delaysByType(node).keys()].map((type) => [type, node])
}
