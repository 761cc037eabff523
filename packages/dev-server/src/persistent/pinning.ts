/** By what a message is pinned to one consumer. */
import { LINK_TYPE } from '../log/event.js'
import { originalOf, type Message } from './message.js'

/** The stream in which the event first stood, also of a link to what is gone. */
export function sourceStreamOf({ resolved }: Message): string {
  const { stream, type, data } = resolved.event ?? originalOf(resolved)
  if (type !== LINK_TYPE) return stream
  const target = Buffer.from(data).toString('utf8')
  return target.slice(target.indexOf('@') + 1)
}

/** What the event's metadata names as its correlation. */
export function correlationOf({ resolved }: Message): string | undefined {
  const { metadata } = resolved.event ?? originalOf(resolved)
  try {
    const parsed = JSON.parse(Buffer.from(metadata).toString('utf8')) as Readonly<Record<string, unknown>> | null
    const id = parsed?.['$correlationId']
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}
