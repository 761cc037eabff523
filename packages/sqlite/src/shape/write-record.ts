/** Which part of a record repeats and which differs: the only place that knows what a record's members mean. */
import type { JsonObject, JsonValue, NewEvent } from '@refold/core/store'
import type { ShapeNode, ShapeTrie } from './shape-trie.js'
import { ShapeWriter } from './shape-writer.js'
import type { RecordPlace } from './template.js'

/** A record as shape and values. */
export interface ShapedRecord {
  readonly shape: ShapeNode
  /** A JSON array without its brackets. */
  readonly values: string
  /** JSON text; `null`: all of `data` is in the shape. */
  readonly payload: string | null
  readonly at: number | null
}

const PAYLOAD_KEYS = ['output', 'error', 'event', 'value', 'input']

/** `undefined` when the event is no record of an agent, or cannot be written as a shape. */
export function writeRecord(event: NewEvent, place: RecordPlace, trie: ShapeTrie): ShapedRecord | undefined {
  const { metadata } = event
  if (!isObject(metadata)) return undefined
  const header = metadata['refold']
  if (!isObject(header)) return undefined
  const at = header['at']
  const writer = new ShapeWriter(trie, place, { at: isTime(at) ? at : undefined })
  writer.mark('[')
  writer.constant(event.type)
  writeMembers(writer, metadata, writeMetadata)
  const payload = writeData(writer, event.data)
  writer.mark(']')
  if (writer.impossible) return undefined
  return { shape: writer.node, values: JSON.stringify(writer.values).slice(1, -1), payload, at: writer.at ?? null }
}

type WriteMember = (writer: ShapeWriter, key: string, value: JsonValue) => void

/** What is `undefined` is not there. */
function writeMembers(writer: ShapeWriter, object: JsonObject, write: WriteMember): void {
  writer.mark('{')
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (value === undefined) continue
    writer.key(key)
    write(writer, key, value)
  }
  writer.mark('}')
}

const writeMetadata: WriteMember = (writer, key, value) => {
  if (key === 'refold' && isObject(value)) writeMembers(writer, value, writeHeader)
  else writer.value(value)
}

const writeHeader: WriteMember = (writer, key, value) => {
  switch (key) {
    case 'at':
      return writer.at === undefined ? writer.value(value) : writer.mark('"t"')
    case 'v':
    case 'agent':
    case 'fingerprint':
    case 'hasSecrets':
    case 'status':
    case 'condition':
    case 'active':
      return writer.constant(value)
    case 'epoch':
    case 'pending':
    case 'inDoubt':
      return writer.count(value)
    case 'input':
      return isObject(value) ? writeMembers(writer, value, writeInput) : writer.value(value)
    case 'body':
      return isObject(value) ? writeMembers(writer, value, writeBody) : writer.value(value)
    default:
      return writer.value(value)
  }
}

const writeInput: WriteMember = (writer, key, value) => {
  if (key === 'kind' || key === 'late') writer.constant(value)
  else if (key === 'to' || key === 'effect' || key === 'timer') writer.id(value)
  else if (key === 'attempt') writer.count(value)
  else writer.value(value)
}

const writeBody: WriteMember = (writer, key, value) => {
  if ((key !== 'patch' && key !== 'path') || !Array.isArray(value)) return writer.list(value)
  writer.mark('[')
  for (const element of value as readonly JsonValue[]) {
    if (key === 'path') writer.edge(element)
    else if (isObject(element)) writeOperation(writer, element)
    else writer.value(element)
  }
  writer.mark(']')
}

function writeOperation(writer: ShapeWriter, operation: JsonObject): void {
  const ofChart = isOfChart(operation['path'])
  writer.mark('{')
  for (const key of Object.keys(operation)) {
    const value = operation[key]
    if (value === undefined) continue
    writer.key(key)
    if (key === 'path' || key === 'from') writer.pointer(value, outsideKeyAt)
    else if (key === 'op' || (key === 'value' && ofChart)) writer.constant(value)
    else if (key === 'value' && isFewMessages(operation['path'], value)) writer.list(value)
    else writer.value(value)
  }
  writer.mark('}')
}

/** The text of the payload; in its place the shape has `1`. */
function writeData(writer: ShapeWriter, data: JsonValue): string | null {
  const payloadKey = isObject(data)
    ? PAYLOAD_KEYS.find((key) => Object.hasOwn(data, key) && data[key] !== undefined)
    : undefined
  if (!isObject(data) || (payloadKey === undefined && !Object.hasOwn(data, 'src'))) {
    writer.mark('1')
    return JSON.stringify(data)
  }
  let payload: string | null = null
  writeMembers(writer, data, (_, key, value) => {
    if (key === payloadKey) {
      payload = JSON.stringify(value)
      writer.mark('1')
    } else if (key === 'attempt') writer.count(value)
    else if (key === 'src' && (value === null || (typeof value === 'string' && value.length <= 64)))
      writer.constant(value)
    else writer.value(value)
  })
  return payload
}

const OF_CHART: ReadonlySet<string> = new Set(['value', 'nodes', 'status', 'life', 'src', 'kind'])

/** Where the chart's own names stand: state values, nodes, statuses. User data is below `/context`. */
function isOfChart(path: JsonValue | undefined): boolean {
  return typeof path === 'string' && OF_CHART.has(path.slice(path.lastIndexOf('/') + 1)) && !path.includes('/context')
}

/** Of maps by the names of other agents, or by remembered ids of events: where such a key stands among the tokens of a path. */
const OUTSIDE_KEYS: readonly (readonly [path: string, at: number])[] = [
  ['/state/dedup/', 4],
  ['/state/inbox/', 3],
  ['/state/outbox/to/', 4],
  ['/state/detachedChildren/', 3],
]

function outsideKeyAt(path: string): number {
  return OUTSIDE_KEYS.find(([map]) => path.startsWith(map))?.[1] ?? -1
}

const MAX_MESSAGES = 4

/** What one record sends to an agent is most often one message. */
function isFewMessages(path: JsonValue | undefined, value: JsonValue): boolean {
  if (!Array.isArray(value) || value.length > MAX_MESSAGES) return false
  return typeof path === 'string' && path.startsWith('/state/outbox/to/')
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
