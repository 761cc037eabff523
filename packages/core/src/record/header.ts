/** Tells Refold's records from those that someone else appended to the stream. */
import { RefoldError } from '../errors.js'
import { isJsonArray, isJsonObject, type JsonValue } from '../json/json-value.js'
import type { RecordHeader } from './record.js'

/**
 * The header of a record's metadata; `undefined` for a foreign record. Looks only at what makes it a header: a format
 * version, the agent, the time, and the input's kind. Its body may be damaged, or of a newer format.
 */
export function headerOf(metadata: JsonValue | undefined): RecordHeader | undefined {
  if (!isJsonObject(metadata)) return undefined
  const header = metadata['refold']
  if (!isJsonObject(header)) return undefined
  const { v, agent, at, input } = header
  if (!Number.isSafeInteger(v) || (v as number) < 0 || typeof agent !== 'string') return undefined
  if (typeof at !== 'number' || !isJsonObject(input) || typeof input['kind'] !== 'string') return undefined
  return header as unknown as RecordHeader // what the fold needs beyond this is checked where it is used
}

/**
 * The header of an event for those to whom a record must not be lost: `undefined` for a foreign record only. Throws `UNREADABLE`
 * for a damaged header, which no one but Refold can have begun to write.
 */
export function recordHeader({
  id,
  metadata,
}: {
  readonly id: string
  readonly metadata: JsonValue
}): RecordHeader | undefined {
  const header = headerOf(metadata)
  const isForeign = !isJsonObject(metadata) || !isJsonObject(metadata['refold'])
  if (header !== undefined || isForeign) return header
  throw new RefoldError('UNREADABLE', `The record ${id} has no readable header.`, {
    hint: 'It is damaged: `refold doctor` tells what else is. Put the stream back from a backup.',
    facts: { event: id },
  })
}

/** Whether the body is one that a fold can apply, and not missing or still encoded. */
export function hasReadableBody(header: RecordHeader): boolean {
  const body = header.body as unknown as JsonValue | undefined // the type says what it should be
  return isJsonObject(body) && isJsonArray(body['patch']) && body['patch'].every(isOperation)
}

function isOperation(value: JsonValue): boolean {
  return isJsonObject(value) && typeof value['path'] === 'string'
}

/** What came from outside: the records of Refold's own inputs have one shape. */
export function isOutside({ input }: RecordHeader): boolean {
  return input.kind === 'event' || input.kind === 'message'
}

/** The definition's name in `research@3`. */
export function definitionIn({ agent }: RecordHeader): string {
  const at = agent.lastIndexOf('@')
  return at < 0 ? agent : agent.slice(0, at)
}
