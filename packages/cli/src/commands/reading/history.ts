/** `refold history`: the records of an agent. */
import { touches } from '@refold/core/history'
import type { AgentHistory, HistoryRecord } from '@refold/core/history'
import type { Found } from '../../output.js'
import { tableOf } from '../../table.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { aboutRecord, becomes, whoText } from '@refold/inspector/answers'
import { beyondNote, momentsOf, revisionsIn } from './revision-range.js'
import type { RevisionRange } from './revision-range.js'
import { historyOf, troubleOf } from './past-agent.js'
import { shortJson, timeText } from './shown.js'

export interface HistoryCommandOptions extends ProjectOptions {
  /** Moments, both included. */
  readonly from?: string
  readonly to?: string
  /** Of the record (`refold.effect.done`, or an event's own), or the kind of its input (`effect.done`). */
  readonly type?: string
  /** A JSON pointer: only records that wrote to this place, within it, or around it. */
  readonly touch?: string
  /** At most so many, the newest. */
  readonly limit?: number
  /** What came with each. */
  readonly payload?: boolean
  readonly json: boolean
}

/** Rows that a terminal is shown when no one says how many. */
const SHOWN = 100
const COLUMNS = ['REV', 'TIME', 'TYPE', 'ABOUT', 'BECOMES', 'BY'] as const

/** A row for each record; with `--json` an array of whole records. */
export async function history(agent: string, options: HistoryCommandOptions): Promise<Found> {
  const { payload = false, json, limit, type, touch } = options
  const isShort = process.stdout.isTTY && !json && limit === undefined
  const moments = momentsOf(options)
  const fits = fitsOf(options)
  return withPast(options, async (past) => {
    const opened = await historyOf(past, agent)
    const { records, isMore } = await newest(opened, {
      range: await revisionsIn(opened, moments),
      fits,
      limit: limit ?? (isShort ? SHOWN : Number.POSITIVE_INFINITY),
      fitsAll: type === undefined && touch === undefined,
    })
    const cut = isMore && isShort ? `the newest ${SHOWN}; --limit <count> shows more, filters narrow them` : undefined
    const note = [cut, beyondNote(opened, moments), troubleOf(opened).note]
      .filter((one) => one !== undefined)
      .join('\n')
    const columns = payload ? [...COLUMNS, 'PAYLOAD'] : COLUMNS
    const rows = (): string =>
      tableOf(
        columns,
        records.map((record) => rowOf(record, payload)),
      )
    return { text: json ? JSON.stringify(records) : rows(), ...(note === '' ? undefined : { note }) }
  })
}

function fitsOf({ type, touch }: HistoryCommandOptions): (record: HistoryRecord) => boolean {
  const isTouched = touch === undefined ? () => true : touches(touch)
  return (record) => (type === undefined || record.type === type || record.kind === type) && isTouched(record)
}

interface Search {
  readonly range: RevisionRange
  readonly fits: (record: HistoryRecord) => boolean
  readonly limit: number
  /** All fit: those before the newest need not be read. */
  readonly fitsAll: boolean
}

async function newest(
  opened: AgentHistory,
  { range, fits, limit, fitsAll }: Search,
): Promise<{ readonly records: readonly HistoryRecord[]; readonly isMore: boolean }> {
  const from = fitsAll ? Math.max(range.from, range.to - limit) : range.from
  const records: HistoryRecord[] = []
  let isMore = false
  for await (const record of opened.records({ from, to: range.to })) {
    if (!fits(record)) continue
    records.push(record)
    if (records.length <= limit) continue
    records.shift()
    isMore = true
  }
  return { records, isMore }
}

function rowOf(record: HistoryRecord, hasPayload: boolean): readonly string[] {
  const { revision, at, type, data } = record
  const row = [String(revision), timeText(at), type, aboutRecord(record), becomes(record), whoText(record)]
  return hasPayload ? [...row, shortJson(data)] : row
}
