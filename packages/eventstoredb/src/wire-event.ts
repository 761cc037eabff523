/**
 * Events between the port and the server. Data stays clean JSON of its own and metadata goes beside it, so that the
 * server's UI, its projections and consumers in other languages read them.
 *
 * The server knows no event without a type and no nil id, and gives ids back in lower case. What differs is kept in the
 * metadata, under a key that otherwise never occurs.
 */
import { Buffer } from 'node:buffer'
import type { JsonValue, NewEvent, StoredEvent } from '@refold/core/store'
import { toPosition, toRevision } from '@refold/core/store'
import type { WireEvent, WireRecord } from './client/wire.js'

const NIL = '00000000-0000-0000-0000-000000000000'
/** Stands for the nil id, and for a missing type, in the server. */
const NIL_STANDS_AS = '6e696c00-7265-8666-a06c-640000000000'
const NO_TYPE_STANDS_AS = 'refold.untyped'
const encoder = new TextEncoder()
const ORIGINAL = '$refold.original'

interface Original {
  readonly id: string
  readonly type: string
  readonly metadata: JsonValue
}

/** Serialises everything, once: what the caller does to its event afterwards changes nothing. */
export function toWireEvent(event: NewEvent): WireEvent {
  const { id, type, data, metadata } = event
  const stands = standsAs(event)
  const isOther = stands.id !== id || stands.type !== type
  const original: Original = { id, type, metadata }
  return { ...stands, data: toBytes(data), metadata: toBytes(isOther ? { [ORIGINAL]: original } : metadata) }
}

/** In the server. */
function standsAs({ id, type }: Pick<NewEvent, 'id' | 'type'>): Pick<NewEvent, 'id' | 'type'> {
  return {
    id: id === NIL ? NIL_STANDS_AS : id.toLowerCase(),
    type: type === '' ? NO_TYPE_STANDS_AS : type,
  }
}

/** `prefix`: what the store puts in front of every stream's name. */
export function toStoredEvent(record: WireRecord, { prefix }: { readonly prefix: string }): StoredEvent {
  const metadata = toJson(record.metadata)
  const original = originalOf(metadata, record)
  return {
    stream: record.stream.slice(prefix.length),
    revision: toRevision(record.revision),
    position: toPosition(record.position),
    id: original?.id ?? record.id,
    type: original?.type ?? record.type,
    data: toJson(record.data),
    metadata: original === undefined ? metadata : original.metadata,
  }
}

/** Whatever another program keeps under that key is its own. */
function originalOf(metadata: JsonValue, record: WireRecord): Original | undefined {
  const kept = (metadata as { readonly [ORIGINAL]?: unknown } | null)?.[ORIGINAL]
  const { id, type, metadata: own } = Object(kept) as Readonly<Record<string, JsonValue | undefined>>
  if (typeof id !== 'string' || typeof type !== 'string' || own === undefined) return undefined
  const stands = standsAs({ id, type })
  return stands.id === record.id && stands.type === record.type ? { id, type, metadata: own } : undefined
}

/** Bytes that are no JSON, of another program's making, become an object that says so. */
function toJson(value: unknown): JsonValue {
  if (value === undefined) return null
  if (value instanceof Uint8Array) return { $base64: Buffer.from(value).toString('base64') }
  return value as JsonValue
}

/** Not a `Buffer`: the client takes plain bytes as they are, and nothing else. */
function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}
