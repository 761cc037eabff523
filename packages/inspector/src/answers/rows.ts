/** Records as a list shows them. */
import type { AgentHistory, HistoryRecord } from '@refold/core/history'
import { RefoldError } from '@refold/core/record'
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { RecordMark, RecordRow } from '../contract/agent.js'
import { aboutRecord, becomes } from './about-record.js'
import { brief } from './brief.js'
import { dataIn } from './record-parts.js'

/** Records of one answer. */
const MOST_ROWS = 500

/** Rejects with `INVALID_INPUT` for more than 500. */
export async function rowsOf(
  history: AgentHistory,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly RecordRow[]> {
  if (to - from >= MOST_ROWS)
    throw new RefoldError('INVALID_INPUT', `${to - from + 1} rows are too many at once`, {
      hint: `At most ${MOST_ROWS}.`,
    })
  const rows: RecordRow[] = []
  for await (const record of history.records({ from, to })) rows.push(rowOf(record))
  return rows
}

export function rowOf(record: HistoryRecord): RecordRow {
  const { revision, by, active } = record
  const src = dataIn(record)['src']
  return {
    revision,
    summary: summaryOf(record),
    ...(typeof src === 'string' ? { src } : undefined),
    ...(by === undefined ? undefined : { by }),
    ...(active === undefined ? undefined : { active }),
    marks: marksOf(record),
  }
}

/** Of a record in one line. */
const LONGEST = 160

function summaryOf(record: HistoryRecord): string {
  const payload = brief(payloadOf(record))
  const parts = [aboutRecord(record), payload, becomes(record)].filter((part) => part !== '')
  const text = parts.join(' ')
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}

/** What came: the rest of a payload is told in words. */
function payloadOf(record: HistoryRecord): JsonValue | undefined {
  switch (record.kind) {
    case 'event':
    case 'message':
    case 'migrated':
    case 'foreign': {
      const { type: _type, ...rest } = dataIn(record)
      return Object.keys(rest).length === 0 ? undefined : rest
    }
    case 'started':
      return dataIn(record)['input']
    case 'effect.done':
    case 'effect.step':
      return dataIn(record)['output']
    case 'effect.next':
      return dataIn(record)['value']
    case 'effect.event':
    case 'actor.event':
      return dataIn(record)['event']
    default:
      return undefined
  }
}

/** A timer that came so much later than it was due was late. */
const LATE_MS = 1_000

function marksOf(record: HistoryRecord): readonly RecordMark[] {
  const { kind, condition, emitted = [], patch = [] } = record
  const data = dataIn(record)
  const marks: ReadonlyArray<readonly [RecordMark, boolean]> = [
    ['outside', isFromOutside(record)],
    ['bad', isBad(record, data)],
    ['doubt', kind === 'effect.doubted' || condition === 'in-doubt'],
    ['owner', record.owner !== undefined],
    ['late', record.late === true || Number(data['lateMs'] ?? 0) >= LATE_MS],
    ['sent', patch.some(({ op, path }) => op !== 'remove' && path.startsWith('/state/outbox'))],
    ['emitted', emitted.length > 0],
  ]
  return marks.filter(([, isSo]) => isSo).map(([mark]) => mark)
}

function isFromOutside(record: HistoryRecord): boolean {
  return ['started', 'event', 'message', 'foreign'].includes(record.kind)
}

const BAD: ReadonlySet<string> = new Set(['attempt.failed', 'effect.failed', 'message.refused', 'message.undelivered'])

function isBad({ kind, condition, status, diagnostics }: HistoryRecord, data: JsonObject): boolean {
  return (
    BAD.has(kind) ||
    condition === 'blocked' ||
    status === 'error' ||
    diagnostics !== undefined ||
    (kind !== 'event' && kind !== 'message' && data['refused'] !== undefined)
  )
}
