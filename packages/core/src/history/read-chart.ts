/** The stored chart of a definition, for readers without the code: which events an agent takes where it stands. */
import { fromGiven } from '../coded.js'
import { checkCodecs } from '../definition/check-codecs.js'
import { checkOptions, optionRule } from '../option-values.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { agentReader } from '../log/agent-log.js'
import { readChart as readStoredChart } from '../log/charts.js'
import { textOf } from './history-record.js'
import type { HistoryOptions, HistorySource } from './history-types.js'
import { requireSource } from './require-source.js'

/** The chart of a fingerprint (`chart.schema.json`); `undefined`: the source has none that can be read. */
export async function readChart(
  source: HistorySource,
  fingerprint: string,
  options: Pick<HistoryOptions, 'codecs'> = {},
): Promise<JsonObject | undefined> {
  requireSource(source)
  const given = fromGiven('readChart', () => ({ ...options }))
  checkOptions(given, { codecs: optionRule.any })
  checkCodecs(given)
  return readStoredChart(agentReader(source, given), fingerprint)
}

/** An event that an agent takes from outside. */
export interface TakenEvent {
  /** May end with `*`: it then stands for all that begin so. */
  readonly type: string
  /** A person has to approve it. */
  readonly needsApproval: boolean
}

/** The events that the root machine of an agent takes in these active states, the innermost states first. Guards are not asked. */
export function takenEvents(chart: JsonObject, active: readonly string[]): readonly TakenEvent[] {
  const nodes = nodesIn(chart)
  const isActive = (path: string): boolean => path === '' || active.some((leaf) => `${leaf}.`.startsWith(`${path}.`))
  const approvals = textsIn(chart['approvals'])
  const types = edgesIn(chart)
    .filter(({ node, event }) => isActive(nodes[node]?.path ?? '?') && isOutside(chart, event))
    .toSorted((one, other) => (nodes[other.node]?.depth ?? 0) - (nodes[one.node]?.depth ?? 0))
    .map(({ event }) => event)
  return [...new Set(types)].map((type) => ({ type, needsApproval: approvals.includes(type) }))
}

/** The states of a chart, each named with those above it, as `active` names them: `work.draft`. */
export function chartStates(chart: JsonObject): readonly string[] {
  return nodesIn(chart).flatMap(({ path }) => (path === '' ? [] : [path]))
}

interface ChartNode {
  readonly path: string
  readonly depth: number
}

/** In the order of the chart. */
function nodesIn({ nodes }: JsonObject): readonly ChartNode[] {
  const byId = new Map<string, ChartNode>()
  return objectsIn(nodes).map((node) => {
    const id = textOf(node['id']) ?? ''
    const parent = textOf(node['parent']) ?? ''
    const name = textOf(node['key']) ?? id.slice(`${parent}.`.length)
    const above = byId.get(parent)
    const own = name.replaceAll(/[.\\]/g, '\\$&')
    const path = above === undefined ? '' : above.path === '' ? own : `${above.path}.${own}`
    const read = { path, depth: (above?.depth ?? -1) + 1 }
    byId.set(id, read)
    return read
  })
}

/** The id of an edge begins with the index of the node that it leaves. */
function edgesIn({ edges }: JsonObject): ReadonlyArray<{ readonly node: number; readonly event: string }> {
  return objectsIn(edges).flatMap(({ id, event, targets, actions }) => {
    const takesNothing = targets === undefined && actions === undefined
    return typeof event !== 'string' || takesNothing ? [] : [{ node: Number.parseInt(textOf(id) ?? '', 10), event }]
  })
}

function isOutside({ schemas }: JsonObject, event: string): boolean {
  if (/^(xstate|refold)\./.test(event)) return false
  const declared = isJsonObject(schemas) ? schemas['events'] : undefined
  return !isJsonObject(declared) || event.includes('*') || Object.hasOwn(declared, event)
}

function objectsIn(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? (list as readonly JsonValue[]).filter(isJsonObject) : []
}

function textsIn(list: JsonValue | undefined): readonly string[] {
  return Array.isArray(list) ? (list as readonly JsonValue[]).filter((one) => typeof one === 'string') : []
}
