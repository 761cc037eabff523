/** Finds the logic behind the names by which effects are known: `draft`, and `child.charge` in a child machine. */
import type { AnyActorLogic, AnyStateMachine, AnyStateNode } from 'xstate'
import type { RefoldError } from '../errors.js'
import { isMachine } from './logic-kind.js'
import { invalidDefinition } from './refusal.js'

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

/**
 * Every source with its logic, machines and transitions included. A machine inside of itself is listed once. Throws
 * `INVALID_DEFINITION` where a name with a dot is also that of a source of a child machine: one would get the policy of the other.
 */
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
  const actors = actorsOf(machine)
  for (const [name, logic] of actors) {
    const src = `${prefix}${name}`
    if (sources.has(src)) throw named(src)
    sources.set(src, logic)
    if (!isMachine(logic)) continue
    if (!inside.has(logic)) collect(logic, { prefix: `${src}.`, above: inside, sources })
    else for (const other of actors.keys()) if (isBelow(other, { name, logic })) throw named(`${prefix}${other}`)
  }
}

/** Whether the name is also that of a source inside of a machine beside it. */
function isBelow(other: string, { name, logic }: { readonly name: string; readonly logic: AnyStateMachine }): boolean {
  return other.startsWith(`${name}.`) && findSource(logic, other.slice(name.length + 1)) !== undefined
}

function named(src: string): RefoldError {
  return invalidDefinition({
    path: `machine.actors.${src}`,
    problem: 'is the name of two sources: of one with a dot in it, and of one of a child machine',
    hint: 'Give one of them another name: policies and records name sources so.',
  })
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
