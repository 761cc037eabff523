/** Where the payload of a message stood in its sender's state when it was sent. */
import { streamOfAddress } from '../definition/agent-address.js'
import type { HistoryRecord } from './history-record.js'
import type { PastLog } from './past-log.js'
import type { PastLogs } from './past-logs.js'

interface SentPlace {
  readonly log: PastLog
  readonly revision: number
  readonly keys: readonly string[]
}

export interface SentPlaceOptions {
  /** Of the value in the payload. */
  readonly keys: readonly string[]
  /** The stream that got the message. */
  readonly receiver: string
  readonly logs: PastLogs
}

/** `undefined`: the record is of no message, or the sender's is not in this source, or cannot be folded. */
export async function sentPlaceOf(
  record: HistoryRecord,
  { keys, receiver, logs }: SentPlaceOptions,
): Promise<SentPlace | undefined> {
  if (record.kind !== 'message' && record.kind !== 'started') return undefined
  const { from, causedBy, seq } = record
  if (from === undefined || causedBy === undefined) return undefined
  const found = await logs.find(streamOfAddress(from), causedBy)
  if (found === undefined || found.revision > found.log.lastState) return undefined
  const { outbox } = await found.log.stateAt(found.revision)
  const line = outbox?.to[receiver] ?? []
  const index = line.findIndex((message) => message.seq === seq)
  if (index < 0) return undefined
  // The report of an end is made of the sender's state.
  if (line[index]?.kind === 'report')
    return keys[0] === 'output' || keys[0] === 'error' ? { ...found, keys: ['state', 'root', ...keys] } : undefined
  return { ...found, keys: ['state', 'outbox', 'to', receiver, String(index), 'event', ...keys] }
}
