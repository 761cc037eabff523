/** What every store refuses before it stores anything. */
import { invariant, RefoldError } from '../errors.js'
import type { NewEvent } from './port.js'

/** Throws unless the append has events. */
export function assertNotEmpty(stream: string, events: readonly NewEvent[]): void {
  invariant(events.length > 0, `append to ${stream} without events`)
}

/** Throws `TOO_LARGE` for more bytes than the store takes in one append. */
export function assertFits(stream: string, { bytes, maxAppendBytes }: { bytes: number; maxAppendBytes: number }): void {
  if (bytes <= maxAppendBytes) return
  throw new RefoldError('TOO_LARGE', `an append of ${bytes} bytes to ${stream}: the store takes ${maxAppendBytes}`, {
    hint: 'Keep large results outside of the agent, and a reference to them in its context.',
    facts: { stream, bytes, maxAppendBytes },
  })
}

/** Size of an append: its types, data and metadata as JSON in UTF-8. */
export function appendBytes(events: readonly NewEvent[]): number {
  return textBytes(events.map(({ type, data, metadata }) => JSON.stringify([type, data, metadata])))
}

/** Bytes of the texts in UTF-8. */
export function textBytes(texts: readonly string[]): number {
  const encoder = new TextEncoder()
  return texts.reduce((bytes, text) => bytes + encoder.encode(text).byteLength, 0)
}
