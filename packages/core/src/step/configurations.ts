/**
 * The configurations of a machine: which nodes are active, in which order. Cached per machine, both ways: from nodes to
 * JSON, and from JSON to the snapshot that a hydrated actor starts from.
 */
import type { JsonValue } from '../json/json-value.js'
import type { ActorDocument } from '../record/state-document.js'
import { isBelow } from './edges.js'
import type { MachineShape, NodeShape, SnapshotShape } from './xstate/shapes.js'

export interface Configuration {
  readonly value: JsonValue
  /** Only when XState would derive another order from the value: eventless transitions fire in this order. */
  readonly nodes: readonly string[] | undefined
}

export interface Template extends Configuration {
  readonly snapshot: SnapshotShape
  readonly activeNodes: readonly NodeShape[]
}

/** Charts with many parallel regions have many configurations; the cache is emptied when it is full. */
const MAX_CACHED = 5_000

interface Cache {
  readonly byNodes: Map<string | number, Configuration>
  readonly byDocument: Map<string, Template | undefined>
}

const caches = new WeakMap<MachineShape, Cache>()

function cacheOf(machine: MachineShape): Cache {
  let cache = caches.get(machine)
  if (cache === undefined) caches.set(machine, (cache = { byNodes: new Map(), byDocument: new Map() }))
  if (cache.byNodes.size > MAX_CACHED) cache.byNodes.clear()
  if (cache.byDocument.size > MAX_CACHED) cache.byDocument.clear()
  return cache
}

/** The JSON of a live snapshot's configuration. */
export function configurationOf(machine: MachineShape, nodes: readonly NodeShape[], value: unknown): Configuration {
  const { byNodes } = cacheOf(machine)
  const key = nodes.length === 1 ? (nodes[0] as NodeShape).order : nodes.map((node) => node.order).join()
  let found = byNodes.get(key)
  if (found === undefined) byNodes.set(key, (found = derive(machine, nodes, value)))
  return found
}

function derive(machine: MachineShape, nodes: readonly NodeShape[], value: unknown): Configuration {
  const usual = machine.resolveState({ value, context: {} })._nodes ?? []
  const same = usual.length === nodes.length && usual.every((node, index) => node === nodes[index])
  return Object.freeze({
    value: freezeCopy(value),
    nodes: same ? undefined : Object.freeze(nodes.map((node) => node.id)),
  })
}

/** What a hydrated snapshot of this document begins with. `undefined`: today's chart has no such configuration. */
export function templateOf(
  machine: MachineShape,
  document: Pick<ActorDocument, 'value' | 'nodes'>,
): Template | undefined {
  const { byDocument } = cacheOf(machine)
  const key = JSON.stringify([document.value, document.nodes])
  if (byDocument.has(key)) return byDocument.get(key)
  const template = restore(machine, document)
  byDocument.set(key, template)
  return template
}

function restore(
  machine: MachineShape,
  { value, nodes }: Pick<ActorDocument, 'value' | 'nodes'>,
): Template | undefined {
  let resolved: SnapshotShape
  try {
    resolved = machine.resolveState({ value, context: {} })
  } catch {
    return undefined
  }
  const activeNodes = nodes === undefined ? resolved._nodes : nodes.map((id) => machine.idMap.get(id))
  if (activeNodes === undefined || !activeNodes.every((node) => node !== undefined)) return undefined
  const own = freezeCopy(value)
  // A level that was added below: where in it to begin is not known.
  if (nodes === undefined ? !sameValue(resolved.value, own) : !reachesLeaves(activeNodes)) return undefined
  const snapshot = {
    ...resolved,
    _nodes: activeNodes,
    value: own,
    tags: new Set(activeNodes.flatMap((node) => node.tags)),
  }
  return { value: own, nodes, snapshot, activeNodes }
}

function freezeCopy(value: unknown): JsonValue {
  if (typeof value !== 'object' || value === null) return value as JsonValue
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, freezeCopy(member)])))
}

/**
 * XState can end up in a configuration that no value describes: then the nodes count. From inside a parallel state to its history
 * it leaves that state itself out. An actor that failed before it began has only its root.
 */
function reachesLeaves(active: readonly NodeShape[]): boolean {
  if (active.length === 1) return true
  return active.every((node) => Object.keys(node.states).length === 0 || active.some((other) => isBelow(other, node)))
}

function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every((key) => sameValue((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
}

/** Equality of small JSON: configurations, lists of ids. The order of keys counts. */
export function sameJson(one: unknown, other: unknown): boolean {
  return (
    one === other ||
    (typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other))
  )
}
