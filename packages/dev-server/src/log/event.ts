/** Events as EventStoreDB has them: bytes, of whatever client. */

/** An event that someone asks to append. */
export interface ProposedEvent {
  /** A UUID in its canonical text. */
  readonly id: string
  readonly type: string
  /** `application/json`; everything else is `application/octet-stream`. */
  readonly isJson: boolean
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

export interface RecordedEvent extends ProposedEvent {
  readonly stream: string
  /** In its stream, from 0. A tombstone has none that the stream counts. */
  readonly revision: number
  /** In the log, from 1, growing, not dense. */
  readonly position: number
  /** Epoch milliseconds. */
  readonly createdMs: number
  /** Whether it closes its stream for ever. */
  readonly isTombstone: boolean
}

/** What an append or a delete expects of a stream. A number is its last revision, as the client sent it. */
export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | bigint

/** The type of the events that point to others. */
export const LINK_TYPE = '$>'
export const METADATA_TYPE = '$metadata'
export const TOMBSTONE_TYPE = '$streamDeleted'
/** What a tombstone is said to have: 2⁶³ - 1. */
export const TOMBSTONE_REVISION = 2n ** 63n - 1n

/** Whether events of this stream are the metadata of another. */
export function isMetadataStream(stream: string): boolean {
  return stream.startsWith('$$')
}

/** The stream whose metadata stands in this one. */
export function describedStream(metadataStream: string): string {
  return metadataStream.slice(2)
}

/** The stream that holds the metadata of this one. */
export function metadataStreamOf(stream: string): string {
  return `$$${stream}`
}
