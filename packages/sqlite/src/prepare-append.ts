/** An append from the caller's objects to rows: checked and turned into text before anything else happens. */
import type { AppendOptions, NewEvent } from '@refold/core/store'
import { assertFits, readHeader } from '@refold/core/store'
import type { LogFile, PreparedAppend } from './log-file.js'
import type { EncodedEvent } from './table/log-table.js'

/** Throws `TOO_LARGE`. Shares nothing with the events. */
export function prepareAppend(
  file: LogFile,
  {
    stream,
    events,
    expected,
    expectedId,
    maxAppendBytes,
  }: AppendOptions & { stream: string; events: readonly NewEvent[]; maxAppendBytes: number },
): PreparedAppend {
  const last = expected === 'no_stream' ? -1 : Number(expected)
  const firstId = last === -1 ? events[0]?.id : file.streams.find(stream)?.firstId
  const encoded = events.map((event, index) =>
    file.log.encode(event, { id: event.id, revision: last + 1 + index, firstId }),
  )
  assertFits(stream, { bytes: bytesOf(encoded, maxAppendBytes), maxAppendBytes })
  const headers = events.flatMap((event) => {
    const header = readHeader(stream, event.metadata)
    return header === undefined
      ? []
      : [header.active === undefined ? header : { ...header, active: [...header.active] }]
  })
  return { stream, expected: last, expectedId, events: encoded, headers }
}

/** Bytes of what is stored of each event; counted exactly only where it matters. */
function bytesOf(events: readonly EncodedEvent[], max: number): number {
  let chars = 0
  for (const { values, data } of events) chars += values.length + (data?.length ?? 0)
  if (chars * 3 <= max) return chars
  let bytes = 0
  for (const { values, data } of events) bytes += Buffer.byteLength(values) + Buffer.byteLength(data ?? '')
  return bytes
}
