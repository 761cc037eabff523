/**
 * How an event of a foreign client stands in the store, whose data and metadata are JSON: bytes that are UTF-8 as a
 * string, other bytes in base64. Nothing is parsed, so that what is read back is byte for byte what was sent.
 */
import { isUtf8 } from 'node:buffer'
import type { JsonObject, JsonValue, NewEvent, StoredEvent } from '@refold/core/store'
import { RefoldError } from '@refold/core/store'
import type { ProposedEvent, RecordedEvent } from './event.js'
import { seenPosition } from './positions.js'

export interface StoredMarks {
  readonly createdMs: number
  readonly isTombstone?: boolean
}

/** The event as the store takes it. */
export function toStored(event: ProposedEvent, { createdMs, isTombstone }: StoredMarks): NewEvent {
  const { id, type, isJson, data, metadata } = event
  return {
    id,
    type,
    data: toText(data),
    metadata: {
      at: createdMs,
      ...(!isJson && { binary: true }),
      ...(metadata.length > 0 && { custom: toText(metadata) }),
      ...(isTombstone === true && { tombstone: true }),
    },
  }
}

/** The event as it was appended. Throws `UNREADABLE` for one that this server did not write. */
export function fromStored(stored: StoredEvent): RecordedEvent {
  const { stream, id, type, metadata } = stored
  if (!isMarks(metadata)) {
    throw new RefoldError('UNREADABLE', `event ${stored.position} of ${stream} was not written by the dev-server`, {
      hint: 'Give the dev-server a file of its own.',
      facts: { stream, position: stored.position },
    })
  }
  return {
    stream,
    id,
    type,
    revision: Number(stored.revision),
    position: seenPosition(stored.position),
    createdMs: metadata.at,
    isJson: metadata['binary'] !== true,
    isTombstone: metadata['tombstone'] === true,
    data: toBytes(stored.data),
    metadata: metadata['custom'] === undefined ? EMPTY : toBytes(metadata['custom']),
  }
}

const EMPTY = new Uint8Array()

function toText(bytes: Uint8Array): JsonValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(buffer) ? buffer.toString('utf8') : { base64: buffer.toString('base64') }
}

function toBytes(stored: JsonValue): Uint8Array {
  if (typeof stored === 'string') return Buffer.from(stored, 'utf8')
  return Buffer.from((stored as { readonly base64: string }).base64, 'base64')
}

function isMarks(metadata: JsonValue): metadata is JsonObject & { readonly at: number } {
  return typeof metadata === 'object' && metadata !== null && 'at' in metadata && typeof metadata['at'] === 'number'
}
