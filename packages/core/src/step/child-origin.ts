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
const SPAWNED_AND_IGNORED: ChildOrigin = Object.freeze({ spawned: true, ignoresOutcome: true })

/** Of a child that was made in the step under way. An action may have spawned another actor under the id of an invocation. */
export function originOf(actor: LiveActor): ChildOrigin {
  const { parent } = actor
  if (parent === undefined) return USUAL
  const { machine } = parent
  const active = parent.snapshot._nodes
  if (machine === undefined || active === undefined) return SPAWNED
  const configured = { machine, active }
  for (const node of active) {
    const invocation = invocationOf(node, actor)
    if (invocation !== undefined) return originIn(node, { invocation, actor, configured })
  }
  return takesNoOutcome(configured, actor) ? SPAWNED_AND_IGNORED : SPAWNED
}

interface Made {
  readonly invocation: InvokeShape
  readonly actor: LiveActor
  readonly configured: Configured
}

/** Of invoked children: the chart alone says what it is. */
const origins = new WeakMap<InvokeShape, ChildOrigin>()

function originIn(node: NodeShape, { invocation, actor, configured }: Made): ChildOrigin {
  const known = origins.get(invocation)
  if (known !== undefined) return known
  const among = amongOf(node, actor)
  const origin: ChildOrigin = Object.freeze({
    ...(nodeNamedBy(actor.id) === node.id ? undefined : { node: node.id }),
    ...(among > 1 ? { among } : undefined),
    ...(takesNoOutcome(configured, actor) ? { ignoresOutcome: true } : undefined),
  })
  origins.set(invocation, origin)
  return origin
}

function takesNoOutcome(configured: Configured, actor: LiveActor): boolean {
  return actor.kind !== 'callback' && !takesOutcome(configured, actor)
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

/**
 * Whether the end of the child has a taker: of an invoked one the state that invokes it, or one around it; of a spawned
 * one any state, as no one knows where the chart will be by then.
 */
export function takesOutcome({ machine, active }: Configured, child: Invocation): boolean {
  const type = `xstate.done.actor.${child.id}`
  const invoker = active.find((node) => invocationOf(node, child) !== undefined)
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
