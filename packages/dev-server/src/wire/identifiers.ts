/** Names and ids as they travel. */
import { malformed } from './failures.js'
import { StreamIdentifier, UUID, type Uuid } from './client-names.js'

/** The name, of bytes that are UTF-8. Throws the failure of a call that names none. */
export function streamName(identifier: StreamIdentifier | undefined): string {
  const name = Buffer.from(identifier?.getStreamName_asU8() ?? '').toString('utf8')
  if (name === '') throw malformed('A stream has a name.')
  return name
}

export function streamIdentifier(name: string): StreamIdentifier {
  return new StreamIdentifier().setStreamName(Buffer.from(name, 'utf8'))
}

/** The canonical text, whichever of the two forms was sent. */
export function uuidText(uuid: Uuid | undefined): string {
  const structured = uuid?.getStructured()
  if (structured === undefined) return (uuid?.getString() ?? '').toLowerCase()
  const hex = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()]
    .map((bits) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0'))
    .join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function uuid(text: string): Uuid {
  return new UUID().setString(text)
}

/** Whether an id may be stored: a UUID in canonical text. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}
