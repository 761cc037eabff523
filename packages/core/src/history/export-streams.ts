/** Writes agents' streams as a file that `openExport` reads: as they are stored, so what is encoded stays so. */
import { RefoldError } from '../errors.js'
import { endLine, headLine, recordLine } from './export-format.js'
import type { HistorySource } from './history-types.js'

/** The lines of an exported file, as the streams are read: nothing is kept. Throws `NOT_FOUND` for a stream that is not there. */
export async function* exportStreams(
  source: HistorySource,
  streams: readonly string[],
): AsyncGenerator<string, void, undefined> {
  yield headLine()
  let records = 0
  for (const stream of new Set(streams)) {
    const before = records
    for await (const page of source.read(stream))
      for (const event of page) {
        yield recordLine(event)
        records++
      }
    if (records === before)
      throw new RefoldError('NOT_FOUND', `there is no stream ${JSON.stringify(stream)}`, { facts: { stream } })
  }
  yield endLine(records)
}
