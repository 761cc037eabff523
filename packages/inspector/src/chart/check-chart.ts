/** Whether a value is a chart that can be drawn: files, and what a page sends, may hold anything. */
import { RefoldError } from '@refold/core/record'
import type { JsonObject, JsonValue } from '@refold/core/record'

/** States and transitions that are laid out; more take longer than anyone waits. */
const MOST = 2_000
const DEEPEST = 24

/** Throws `INVALID_INPUT` for what is no machine of a chart (`chart.schema.json`), and `TOO_LARGE`. */
export function checkChart(value: JsonValue | undefined): JsonObject {
  if (!isObject(value)) throw noChart('it is no object')
  const { id, nodes, edges } = value
  if (typeof id !== 'string' || !Array.isArray(nodes) || !Array.isArray(edges))
    throw noChart('it has no id, nodes, edges')
  if (nodes.length === 0 || nodes.length + edges.length > MOST) throw tooLarge()
  checkNodes(nodes as readonly JsonValue[])
  for (const edge of edges as readonly JsonValue[]) checkEdge(edge)
  return value
}

/** The root stands first, and each other one behind its parent: so none is within itself. */
function checkNodes(nodes: readonly JsonValue[]): void {
  const depths = new Map<string, number>()
  for (const node of nodes) {
    if (!isObject(node) || typeof node['id'] !== 'string' || depths.has(node['id']))
      throw noChart('a node has no id of its own')
    const { id, parent, key } = node
    const isRoot = depths.size === 0
    const above = typeof parent === 'string' ? depths.get(parent) : undefined
    if (isRoot !== (parent === undefined) || (!isRoot && above === undefined)) throw noChart('a node has no parent')
    if (key !== undefined && typeof key !== 'string') throw noChart('a key is no text')
    const depth = (above ?? -1) + 1
    if (depth > DEEPEST) throw tooLarge()
    depths.set(id, depth)
    for (const invoke of listIn(node['invokes']))
      if (!isObject(invoke) || typeof invoke['src'] !== 'string') throw noChart('an invocation has no source')
  }
}

function checkEdge(edge: JsonValue): void {
  const isOne = isObject(edge) && typeof edge['id'] === 'string' && listIn(edge['targets']).every(isText)
  if (!isOne || (edge['event'] !== undefined && !isText(edge['event'])))
    throw noChart('an edge has no id, or targets that are none')
}

function listIn(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value as readonly JsonValue[]
  throw noChart('a list is none')
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noChart(why: string): RefoldError {
  return new RefoldError('INVALID_INPUT', `this is no chart: ${why}`)
}

function tooLarge(): RefoldError {
  return new RefoldError(
    'TOO_LARGE',
    `a chart is drawn with 1 to ${MOST} states and transitions, ${DEEPEST} levels deep`,
    {
      hint: 'Its states can be read as a list.',
    },
  )
}
