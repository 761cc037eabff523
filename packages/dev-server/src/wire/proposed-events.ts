/** Events as clients send them, checked. */
import type { ProposedEvent } from '../log/event.js'
import { malformed, missingProperty } from './failures.js'
import { isUuid, uuidText } from './identifiers.js'
import type { Uuid } from './client-names.js'

/** What both forms of append have in common. */
export interface ProposedMessage {
  getId(): Uuid | undefined
  getMetadataMap(): { get(name: string): string | undefined }
  getData_asU8(): Uint8Array
  getCustomMetadata_asU8(): Uint8Array
}

const JSON_TYPE = 'application/json'

/** Throws a call's failure for what the real server refuses. */
export function proposedEvent(message: ProposedMessage): ProposedEvent {
  const properties = message.getMetadataMap()
  const type = properties.get('type')
  if (type === undefined) throw missingProperty('type')
  if (type === '') throw malformed('An event has a type.')
  const contentType = properties.get('content-type')
  if (contentType === undefined) throw missingProperty('content-type')
  const id = uuidText(message.getId())
  if (!isUuid(id)) throw malformed(`The event id ${JSON.stringify(id)} is no UUID.`)
  return {
    id,
    type,
    isJson: contentType === JSON_TYPE,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

/** Bytes of an event as the limit of an append counts them. */
export function sizeOf({ type, data, metadata }: ProposedEvent): number {
  return data.length + metadata.length + type.length * 2
}
