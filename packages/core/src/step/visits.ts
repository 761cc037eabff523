/** Which states ask for an event, and whether one of them was entered again since. */
import type { AnyStateMachine } from 'xstate'
import { transitionsOf } from '../definition/chart-edges.js'
import type { ActorDocument } from '../record/state-document.js'
import { templateOf } from './configurations.js'
import { domainOf, isBelow } from './edges.js'
import { boundedMachine } from './xstate/machine.js'
import type { MachineShape, NodeShape, TransitionShape } from './xstate/shapes.js'

/** The innermost active states with a transition for the event. None: the agent does not ask for it now. */
export function askingStates(
  machine: AnyStateMachine,
  root: Pick<ActorDocument, 'value' | 'nodes'>,
  type: string,
): readonly NodeShape[] {
  const active = templateOf(boundedMachine(machine), root)?.activeNodes ?? []
  const takers = active.filter((node) => node.ownEvents.some((descriptor) => matches(descriptor, type)))
  return takers.filter((node) => !takers.some((other) => isBelow(other, node)))
}

/**
 * Whether edges that a record names entered one of these states, left it or re-entered it. An edge that today's chart does
 * not have counts as one that did. Edges of child machines are none of the root's.
 */
export function enteredAgain(machine: AnyStateMachine, states: readonly NodeShape[], path: readonly string[]): boolean {
  const nodes = nodesByOrder(boundedMachine(machine))
  return path.some((edge) => {
    if (edge.includes('/')) return false
    const [order = '', index = ''] = edge.split('.')
    const source = nodes.get(Number(order))
    const taken = source === undefined ? undefined : transitionsOf(source)[Number(index)]
    return taken === undefined || states.some((state) => replaces(taken, state))
  })
}

/** Whatever stands below a transition's domain is left, and entered if it is active afterwards. */
function replaces(taken: TransitionShape, state: NodeShape): boolean {
  const domain = domainOf(taken)
  if (domain === undefined) return false
  return isBelow(state, domain) || (taken.reenter && state === domain)
}

function matches(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === '*') return true
  return descriptor.endsWith('.*') && (type === descriptor.slice(0, -2) || type.startsWith(descriptor.slice(0, -1)))
}

const byOrder = new WeakMap<MachineShape, ReadonlyMap<number, NodeShape>>()

function nodesByOrder(machine: MachineShape): ReadonlyMap<number, NodeShape> {
  let nodes = byOrder.get(machine)
  if (nodes === undefined) {
    nodes = new Map([...machine.idMap.values()].map((node) => [node.order, node]))
    byOrder.set(machine, nodes)
  }
  return nodes
}
