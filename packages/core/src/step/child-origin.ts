/**
 * Who made a child and who waits for it. Kept with the child, so that a later chart can be held to it: one that neither
 * invokes it any more nor takes its outcome would leave the agent waiting for ever.
 */
import type { ChildOrigin, LiveActor } from './live-actor.js'
import type { MachineShape, NodeShape } from './xstate/shapes.js'

/** A machine in a configuration. */
export interface Configured {
  readonly machine: MachineShape
  readonly active: readonly NodeShape[]
}

const USUAL: ChildOrigin = Object.freeze({})

/** Of a child that was made in the step under way. */
export function originOf({ parent, id, kind }: LiveActor): ChildOrigin {
  const machine = parent?.machine
  const active = parent?.snapshot._nodes
  if (machine === undefined || active === undefined) return USUAL
  const spawned = invokerOf(active, id) === undefined
  const ignoresOutcome = kind !== 'callback' && !takesOutcome({ machine, active }, id)
  if (!spawned && !ignoresOutcome) return USUAL
  return { ...(spawned ? { spawned } : undefined), ...(ignoresOutcome ? { ignoresOutcome } : undefined) }
}

/** The active state that invokes an actor of this id. */
export function invokerOf(active: readonly NodeShape[], id: string): NodeShape | undefined {
  return active.find((node) => node.invoke.some((invocation) => invocation.id === id))
}

/**
 * Whether the end of the child has a taker: of an invoked one the state that invokes it, or one around it; of a spawned
 * one any state, as no one knows where the chart will be by then.
 */
export function takesOutcome({ machine, active }: Configured, id: string): boolean {
  const type = `xstate.done.actor.${id}`
  const invoker = invokerOf(active, id)
  if (invoker === undefined) return takes(descriptorsOf(machine), type)
  for (let node: NodeShape | undefined = invoker; node !== undefined; node = node.parent)
    if (takes(node.transitions, type)) return true
  return false
}

interface Descriptors {
  has(type: string): boolean
  keys(): Iterable<string>
}

function takes(descriptors: Descriptors, type: string): boolean {
  if (descriptors.has(type)) return true
  for (const descriptor of descriptors.keys()) {
    if (descriptor === '*') return true
    if (descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1))) return true
  }
  return false
}

const allDescriptors = new WeakMap<MachineShape, ReadonlySet<string>>()

function descriptorsOf(machine: MachineShape): ReadonlySet<string> {
  let found = allDescriptors.get(machine)
  if (found === undefined) {
    found = new Set([...machine.idMap.values()].flatMap((node) => [...node.transitions.keys()]))
    allDescriptors.set(machine, found)
  }
  return found
}
