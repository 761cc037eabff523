/**
 * The fingerprint of a chart: it changes when an agent could go on otherwise, or when a recorded path would name another edge.
 * States and transitions are named by their order, so their order counts; that of other keys does not, and no description does.
 */
import { hashOfJson } from '../json/canonical.js'
import { isJsonArray, isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'

/** Sixteen hexadecimal digits. */
export function fingerprintOf(chart: JsonObject): string {
  return hashOfJson(machineThatMatters(chart)).slice(0, 16)
}

function machineThatMatters({ nodes, edges, machines, schemas, ...rest }: JsonObject): JsonObject {
  return {
    ...rest,
    nodes: eachItem(nodes, withoutDescription),
    edges: eachItem(edges, withoutDescription),
    machines: eachMember(machines, machineThatMatters),
    schemas: isJsonObject(schemas) ? schemasThatMatter(schemas) : null,
  }
}

function withoutDescription({ description: _description, ...rest }: JsonObject): JsonObject {
  return rest
}

/** What only tells people about a value. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['description', 'title', 'examples', 'deprecated', '$comment'])
/** What stands in a schema as a value, and may look like one. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum'])
/** Members of these are schemas, under names of the user's own. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs'])

function schemasThatMatter({ input, events, outputs }: JsonObject): JsonObject {
  return {
    input: isJsonObject(input) ? schemaThatMatters(input) : (input ?? null),
    events: eachMember(events, schemaThatMatters),
    outputs: eachMember(outputs, schemaThatMatters),
  }
}

function schemaThatMatters(schema: JsonObject): JsonObject {
  const matters: { [keyword: string]: JsonValue } = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue
    if (VALUES.has(keyword)) matters[keyword] = value
    else if (NAMED.has(keyword)) matters[keyword] = eachMember(value, schemaThatMatters)
    else if (keyword === 'required' && isJsonArray(value)) matters[keyword] = sorted(value)
    else if (isJsonArray(value)) matters[keyword] = eachItem(value, schemaThatMatters)
    else matters[keyword] = isJsonObject(value) ? schemaThatMatters(value) : value
  }
  return matters
}

/** Names in the order of the keys, which does not count. */
function sorted(names: readonly JsonValue[]): JsonValue {
  return names.map(String).toSorted((one, other) => (one < other ? -1 : 1))
}

function eachItem(list: JsonValue | undefined, change: (item: JsonObject) => JsonObject): JsonValue {
  if (list === undefined || !isJsonArray(list)) return list ?? null
  return list.map((item) => (isJsonObject(item) ? change(item) : item))
}

function eachMember(map: JsonValue | undefined, change: (member: JsonObject) => JsonObject): JsonValue {
  if (!isJsonObject(map)) return map ?? null
  return Object.fromEntries(
    Object.entries(map).map(([name, member]) => [name, isJsonObject(member) ? change(member) : member]),
  )
}
