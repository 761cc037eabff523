/** Finds the logic behind the names by which effects are known: `draft`, and `child.charge` in a child machine. */
import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate'
import { isMachine } from './logic-kind.js'

/** Everything that a machine invokes or spawns by name, and inline logic of `invoke` under the name that XState gives it. */
export function actorsOf(machine: AnyStateMachine): ReadonlyMap<string, AnyActorLogic> {
  const actors = new Map<string, AnyActorLogic>()
  const { implementations } = machine as { implementations: { actors?: Readonly<Record<string, AnyActorLogic>> } }
  for (const [src, logic] of Object.entries(implementations.actors ?? {})) actors.set(src, logic)
  addInline(machine.root, actors)
  return actors
}

/** XState names inline logic by its place, and finds it again in the node's config. */
function addInline(node: AnyStateNode, actors: Map<string, AnyActorLogic>): void {
  const configs: readonly unknown[] = [(node.config as { invoke?: unknown }).invoke ?? []].flat()
  for (const [index, { src: name }] of node.invoke.entries()) {
    const { src } = (configs[index] ?? {}) as { src?: unknown }
    if (typeof name === 'string' && typeof src === 'object' && src !== null) actors.set(name, src as AnyActorLogic)
  }
  for (const child of Object.values(node.states)) addInline(child, actors)
}

/** Every source with its logic, machines and transitions included. A machine inside of itself is listed once. */
export function listSources(machine: AnyStateMachine): ReadonlyMap<string, AnyActorLogic> {
  const sources = new Map<string, AnyActorLogic>()
  collect(machine, { prefix: '', above: new Set(), sources })
  return sources
}

interface Listing {
  readonly prefix: string
  readonly above: ReadonlySet<AnyStateMachine>
  readonly sources: Map<string, AnyActorLogic>
}

function collect(machine: AnyStateMachine, { prefix, above, sources }: Listing): void {
  const inside = new Set(above).add(machine)
  for (const [name, logic] of actorsOf(machine)) {
    const src = `${prefix}${name}`
    sources.set(src, logic)
    if (isMachine(logic) && !inside.has(logic)) collect(logic, { prefix: `${src}.`, above: inside, sources })
  }
}

/** The logic of a source at any depth, also inside a machine that contains itself. */
export function findSource(machine: AnyStateMachine, src: string): AnyActorLogic | undefined {
  for (const [name, logic] of actorsOf(machine)) {
    if (name === src) return logic
    if (!isMachine(logic) || !src.startsWith(`${name}.`)) continue
    const found = findSource(logic, src.slice(name.length + 1))
    if (found !== undefined) return found
  }
  return undefined
}
