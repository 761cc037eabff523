/**
 * Who made a child and who waits for it. Kept with the child, so that a later chart can be held to it: one that neither
 * invokes it any more nor takes its outcome would leave the agent waiting for ever.
 */
import { nodeNamedBy } from '../record/asking-node.js'
import type { ChildOrigin, LiveActor } from './live-actor.js'
import type { InvokeShape, MachineShape, NodeShape } from './xstate/shapes.js'

/** A machine in a configuration. */
export interface Configured {
  readonly machine: MachineShape
  readonly active: readonly NodeShape[]
}

const USUAL: ChildOrigin = Object.freeze({})
const SPAWNED: ChildOrigin = Object.freeze({ spawned: true })

/** Of a child that was made in the step under way. */
export function originOf(actor: LiveActor): ChildOrigin {
  const { parent, id } = actor
  if (parent === undefined) return USUAL
  const { machine } = parent
  const active = parent.snapshot._nodes
  if (machine === undefined || active === undefined) return SPAWNED
  const invoker = invokerOf(active, id)
  const known = invoker === undefined ? undefined : origins.get(invoker)?.get(id)
  if (known !== undefined && known.src === actor.src) return known.origin
  const origin = newOrigin({ machine, active }, actor)
  if (invoker !== undefined && origin.spawned !== true) remember(invoker, actor, origin)
  return origin
}

interface KnownOrigin {
  readonly src: string | undefined
  readonly origin: ChildOrigin
}

/** Of invoked children, by the state that invokes and by the id: the chart alone says what it is. */
const origins = new WeakMap<NodeShape, Map<string, KnownOrigin>>()

function remember(invoker: NodeShape, { id, src }: LiveActor, origin: ChildOrigin): void {
  let known = origins.get(invoker)
  if (known === undefined) origins.set(invoker, (known = new Map()))
  known.set(id, { src, origin })
}

function newOrigin(configured: Configured, { id, src, kind }: LiveActor): ChildOrigin {
  // An action may spawn another actor under the id of an invocation.
  const invoker = configured.active.find((node) => invocationOf(node, { id, src }) !== undefined)
  const origin: { -readonly [K in keyof ChildOrigin]: ChildOrigin[K] } = {}
  if (invoker === undefined) origin.spawned = true
  else {
    const among = amongOf(invoker, { id, src })
    if (nodeNamedBy(id) !== invoker.id) origin.node = invoker.id
    if (among > 1) origin.among = among
  }
  if (kind !== 'callback' && !takesOutcome(configured, id)) origin.ignoresOutcome = true
  return Object.freeze(origin)
}

/** An invocation, as the child that it made names it. */
export interface Invocation {
  readonly id: string
  readonly src: string | undefined
}

/** The invocation of this id and source that a state has. */
export function invocationOf(node: NodeShape, { id, src }: Invocation): InvokeShape | undefined {
  return node.invoke.find((invocation) => invocation.id === id && invocation.src === src)
}

/** How many unnamed invocations of the node have this source, which all inline ones have in common; 1 for one with an id of its own. */
export function amongOf(node: NodeShape, { id, src = '' }: Invocation): number {
  if (nodeNamedBy(id) !== node.id || node.invoke.length === 1) return 1
  const source = sourceOf(src)
  return node.invoke.filter((other) => nodeNamedBy(other.id) === node.id && sourceOf(other.src) === source).length
}

const INLINE = 'xstate.invoke.'

function sourceOf(src: string): string {
  return src.startsWith(INLINE) ? INLINE : src
}

/** The active state that invokes an actor of this id. */
function invokerOf(active: readonly NodeShape[], id: string): NodeShape | undefined {
  for (const node of active) for (const invocation of node.invoke) if (invocation.id === id) return node
  return undefined
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
