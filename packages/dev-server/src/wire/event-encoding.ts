/**
 * Events as the protocol's bytes: `ReadResp { event: ReadEvent { event, link: RecordedEvent, commit_position } }`. Written
 * by hand for speed; a test compares it with what the generated code writes.
 */
import type { RecordedEvent } from '../log/event.js'
import type { ResolvedEvent } from '../log/resolve-link.js'
import { fieldLength, numberLength, ProtobufWriter, varintLength } from './protobuf-writer.js'

const TICKS_PER_MS = '0000'
const ID_LENGTH = 36
const TYPE_KEY = Buffer.from('type')
const CONTENT_TYPE_KEY = Buffer.from('content-type')
const CREATED_KEY = Buffer.from('created')
const JSON_TYPE = Buffer.from('application/json')
const BINARY_TYPE = Buffer.from('application/octet-stream')

/** 2⁶³ - 1 as a varint: the revision of a tombstone. */
const TOMBSTONE_REVISION = Buffer.from('ffffffffffffffff7f', 'hex')

/** A whole `ReadResp`; with `retries` that of a persistent subscription, which has the same fields and one more. */
export function encodeReadEvent({ event, link }: ResolvedEvent, retries?: number): Buffer {
  const eventBytes = event && encodeRecordedEvent(event)
  const linkBytes = link && encodeRecordedEvent(link)
  const position = (link ?? event)?.position ?? 0
  const length =
    (eventBytes === undefined ? 0 : fieldLength(eventBytes.length)) +
    (linkBytes === undefined ? 0 : fieldLength(linkBytes.length)) +
    numberLength(position) +
    (retries === undefined ? 0 : numberLength(retries))
  const writer = new ProtobufWriter(fieldLength(length))
  writer.header(1, { length })
  if (eventBytes !== undefined) writer.bytes(1, eventBytes)
  if (linkBytes !== undefined) writer.bytes(2, linkBytes)
  writer.number(3, position)
  if (retries !== undefined) writer.number(5, retries)
  return writer.finish()
}

/** A `RecordedEvent`. */
function encodeRecordedEvent(event: RecordedEvent): Buffer {
  const { position, data, metadata, isTombstone } = event
  const id = Buffer.from(event.id, 'latin1')
  const stream = Buffer.from(event.stream, 'utf8')
  const type = Buffer.from(event.type, 'utf8')
  const created = Buffer.from(`${event.createdMs}${TICKS_PER_MS}`, 'latin1')
  const contentType = event.isJson ? JSON_TYPE : BINARY_TYPE
  const revision = isTombstone ? 0 : event.revision
  const writer = new ProtobufWriter(
    fieldLength(fieldLength(ID_LENGTH)) +
      fieldLength(fieldLength(stream.length)) +
      (isTombstone ? 1 + TOMBSTONE_REVISION.length : numberLength(revision)) +
      2 * (1 + varintLength(position)) +
      entryLength(TYPE_KEY, type) +
      entryLength(CONTENT_TYPE_KEY, contentType) +
      entryLength(CREATED_KEY, created) +
      fieldLength(metadata.length) +
      fieldLength(data.length),
  )
  writer.header(1, { length: fieldLength(id.length) })
  writer.bytes(2, id)
  writer.header(2, { length: fieldLength(stream.length) })
  writer.bytes(3, stream)
  if (isTombstone) writeTombstoneRevision(writer)
  else if (revision > 0) writer.number(3, revision)
  writer.number(4, position)
  writer.number(5, position)
  writeEntry(writer, TYPE_KEY, type)
  writeEntry(writer, CONTENT_TYPE_KEY, contentType)
  writeEntry(writer, CREATED_KEY, created)
  if (metadata.length > 0) writer.bytes(7, metadata)
  if (data.length > 0) writer.bytes(8, data)
  return writer.finish()
}

function entryLength(key: Uint8Array, value: Uint8Array): number {
  return fieldLength(fieldLength(key.length) + fieldLength(value.length))
}

function writeEntry(writer: ProtobufWriter, key: Uint8Array, value: Uint8Array): void {
  writer.header(6, { length: fieldLength(key.length) + fieldLength(value.length) })
  writer.bytes(1, key)
  writer.bytes(2, value)
}

function writeTombstoneRevision(writer: ProtobufWriter): void {
  writer.raw(Buffer.of(3 << 3))
  writer.raw(TOMBSTONE_REVISION)
}
