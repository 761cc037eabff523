/** Writes agents' streams as a file that `openExport` reads: as they are stored, so what is encoded stays so. */
import { fromGiven } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import { RefoldError } from '../errors.js'
import { chartStream } from '../log/charts.js'
import { headerOf } from '../record/header.js'
import { endLine, headLine, recordLine } from './export-format.js'
import type { Position } from '../record/revision.js'
import type { HistorySource } from './history-types.js'
import { readAhead } from '../world/read-ahead.js'
import { NotedSecrets } from './noted-secrets.js'
import { eventsOf } from './stored-events.js'
import { requireSource } from './require-source.js'

/** Of `exportStreams`. */
export interface ExportOptions {
  /** The charts that the records name stand behind them, as far as they are stored. Default: `false`. */
  readonly charts?: boolean
  /**
   * Without the values of fields that a schema says are secret: `[secret <n>]` stands in their place, also where they were copied
   * to, and the states fold all the same. The file then says that it was redacted, and cannot be imported. Default: `false`.
   */
  readonly redact?: boolean
}

/**
 * The lines of an exported file, as the streams are read: nothing is kept, but the secret values where they are to be left out.
 * Of a store, records that come while it is read are left out: no agent knows of another what the file does not have.
 * Throws `NOT_FOUND` for a stream that is not there, and for a chart, or the origin of a fork, without which no one knows what is secret.
 */
export async function* exportStreams(
  source: HistorySource,
  streams: readonly string[],
  options: ExportOptions = {},
): AsyncGenerator<string, void, undefined> {
  requireSource(source)
  const given = fromGiven('exportStreams', () => ({ ...options }))
  checkOptions(given, { charts: optionRule.flag, redact: optionRule.flag })
  const { charts = false, redact = false } = given
  if (!Array.isArray(streams)) throw new RefoldError('INVALID_INPUT', 'streams: must be a list of streams')
  const names = new Set(streams)
  const end = await newestIn(source)
  const secrets = redact ? await NotedSecrets.of(source, names) : undefined
  const fingerprints = new Set<string>()
  yield headLine({ redacted: redact })
  let records = 0
  for await (const [stream, pages] of readAhead(names, (name) => source.read(name))) {
    const before = records
    for await (const event of eventsOf(pages)) {
      if ((end !== undefined && event.position > end) || secrets?.isBehind(event) === true) break
      const fingerprint = headerOf(event.metadata)?.fingerprint
      if (fingerprint !== undefined) fingerprints.add(fingerprint)
      yield recordLine((await secrets?.withoutWholes(event)) ?? event)
      records++
    }
    if (records === before) throw noStream(stream)
  }
  const ofCharts = charts ? [...fingerprints].map(chartStream).filter((stream) => !names.has(stream)) : []
  for await (const [, pages] of readAhead(ofCharts, (name) => source.read(name)))
    for await (const event of eventsOf(pages)) {
      yield recordLine(event)
      records++
    }
  yield endLine(records)
}

/** The end of a log that may grow meanwhile: streams are read one after the other. */
async function newestIn(source: HistorySource): Promise<Position | undefined> {
  for await (const [newest] of source.readAll?.({ direction: 'backwards', limit: 1 }) ?? []) return newest?.position
  return undefined
}

function noStream(stream: string): RefoldError {
  return new RefoldError('NOT_FOUND', `there is no stream ${JSON.stringify(stream)}`, { facts: { stream } })
}
