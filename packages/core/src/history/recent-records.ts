/** The newest records of an agent, for those who ask nothing else of its history: what stands before them is not read. */
import { fromGiven } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import { streamOfAddress } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { Store } from '../store/port.js'
import { historyRecord } from './history-record.js'
import type { HistoryRecord } from './history-record.js'
import type { HistoryOptions } from './history-types.js'
import { historyReader } from './history-reader.js'
import { requireSource } from './require-source.js'

/** Of `recentRecords`. */
export interface RecentRecordsOptions extends Pick<HistoryOptions, 'codecs' | 'upcasters'> {
  /** Number of records. Default: 100. */
  readonly limit?: number
}

/**
 * The newest records of an agent, the newest first; of one that is not there none. One that cannot be decoded has its header
 * alone, and a foreign one no time. Rejects with `UPCAST_FAILED` and what the store says.
 */
export async function* recentRecords(
  source: Pick<Store, 'read'>,
  agent: string | AgentAddress,
  given: RecentRecordsOptions = {},
): AsyncGenerator<HistoryRecord, void, undefined> {
  requireSource(source)
  const stream = fromGiven('recentRecords', () => (typeof agent === 'string' ? agent : streamOfAddress(agent)))
  const { limit = 100, ...options } = fromGiven('recentRecords', () => {
    checkOptions(given, { limit: optionRule.limit, codecs: optionRule.any, upcasters: optionRule.any })
    return { ...given }
  })
  const { reader } = historyReader(source, options)
  for await (const page of reader.read(stream, { direction: 'backwards', limit }))
    for (const event of page) yield historyRecord(event, { upcast: reader.upcast, at: 0 })
}
