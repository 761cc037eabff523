/** Which part of a record repeats and which differs: the only place that knows what a record's members mean. */
import type { JsonObject, JsonValue, NewEvent } from '@refold/core'
import { quote, ShapeWriter } from './shape-writer.js'
import type { RecordPlace } from './template.js'

/** A record as shape and values. */
export interface ShapedRecord {
  readonly shape: string
  /** A JSON array without its brackets. */
  readonly values: string
  /** JSON text; `null`: all of `data` is in the shape. */
  readonly payload: string | null
  readonly at: number | null
}

/** A shape longer than this is that of one record. */
const MAX_SHAPE = 4096
const PAYLOAD_KEYS = ['output', 'error', 'event', 'value', 'input']

/** `undefined` when the event is no record of an agent, or cannot be written as a shape. */
export function writeRecord(event: NewEvent, place: RecordPlace): ShapedRecord | undefined {
  const { metadata } = event
  if (!isObject(metadata)) return undefined
  const header = metadata['refold']
  if (!isObject(header)) return undefined
  const at = header['at']
  const writer = new ShapeWriter(place, { at: isTime(at) ? at : undefined })
  writer.text = `[${quote(event.type)},`
  writer.object(metadata, (key, value) => (key === 'refold' ? writeHeader(writer, header) : writer.value(value)))
  writer.text += ','
  const payload = writeData(writer, event.data)
  writer.text += ']'
  if (writer.impossible || writer.text.length > MAX_SHAPE) return undefined
  return { shape: writer.text, values: JSON.stringify(writer.values).slice(1, -1), payload, at: writer.at ?? null }
}

function writeHeader(writer: ShapeWriter, header: JsonObject): void {
  writer.object(header, (key, value) => {
    switch (key) {
      case 'at':
        if (writer.at === undefined) writer.value(value)
        else writer.text += '"t"'
        return
      case 'v':
      case 'agent':
      case 'fingerprint':
      case 'status':
      case 'condition':
      case 'active':
        return writer.constant(value)
      case 'epoch':
      case 'pending':
      case 'inDoubt':
        return writer.count(value)
      case 'input':
        return isObject(value) ? writeInput(writer, value) : writer.value(value)
      case 'body':
        return isObject(value) ? writeBody(writer, value) : writer.value(value)
      default:
        return writer.value(value)
    }
  })
}

function writeInput(writer: ShapeWriter, input: JsonObject): void {
  writer.object(input, (key, value) => {
    if (key === 'kind' || key === 'late') writer.constant(value)
    else if (key === 'to' || key === 'effect' || key === 'timer') writer.id(value)
    else if (key === 'attempt') writer.count(value)
    else writer.value(value)
  })
}

function writeBody(writer: ShapeWriter, body: JsonObject): void {
  writer.object(body, (key, value) => {
    if (key === 'patch' && Array.isArray(value)) writer.array(value, (operation) => writeOperation(writer, operation))
    else if (key === 'path' && Array.isArray(value)) writer.array(value, (edge) => writer.edge(edge))
    else writer.list(value)
  })
}

function writeOperation(writer: ShapeWriter, operation: JsonValue): void {
  if (!isObject(operation)) return writer.value(operation)
  const path = operation['path']
  writer.object(operation, (key, value) => {
    // a remembered id of an outside event is any text
    if (key === 'path' || key === 'from') writer.pointer(value, isReceived(value) ? { anyKeyAt: 3 } : {})
    else if (key === 'op') writer.constant(value)
    else if (key === 'value' && isOfChart(path)) writer.constant(value)
    else writer.value(value)
  })
}

/** The text of the payload; in its place the shape has `1`. */
function writeData(writer: ShapeWriter, data: JsonValue): string | null {
  const payloadKey = isObject(data) ? PAYLOAD_KEYS.find((key) => Object.hasOwn(data, key) && data[key] !== undefined) : undefined
  if (!isObject(data) || (payloadKey === undefined && !Object.hasOwn(data, 'src'))) {
    writer.text += '1'
    return JSON.stringify(data)
  }
  let payload: string | null = null
  writer.object(data, (key, value) => {
    if (key === payloadKey) {
      payload = JSON.stringify(value)
      writer.text += '1'
    } else if (key === 'attempt') writer.count(value)
    else if (key === 'src' && (value === null || (typeof value === 'string' && value.length <= 64))) writer.constant(value)
    else writer.value(value)
  })
  return payload
}

/** Where the chart's own names stand: state values, nodes, statuses. User data is below `/context`. */
function isOfChart(path: JsonValue | undefined): boolean {
  return typeof path === 'string' && /\/(?:value|nodes|status|life|src|kind)$/.test(path) && !path.includes('/context')
}

function isReceived(path: JsonValue): boolean {
  return typeof path === 'string' && path.startsWith('/state/received/')
}

function isTime(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
