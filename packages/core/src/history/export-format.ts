/**
 * An exported file: text in UTF-8, a JSON object a line. The first says what it is, each of the others is one record as it is
 * stored, the last says how many there are, so that a file that was cut is known. The records of a stream stand together, in
 * order; nothing else does.
 */
import { RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import type { StoredEvent } from '../store/port.js'

/** `0` may still break, as the format of the records in it. */
const EXPORT_FORMAT = 0

export function headLine({ redacted = false }: { readonly redacted?: boolean } = {}): string {
  return line({ refold: 'export', v: EXPORT_FORMAT, ...(redacted ? { redacted } : undefined) })
}

/** `stream` and `revision` come first: a reader finds its way by them, without the rest. */
export function recordLine({ stream, revision, id, type, data, metadata }: StoredEvent): string {
  return line({ stream, revision: Number(revision), id, type, data, metadata })
}

export function endLine(records: number): string {
  return line({ refold: 'end', records })
}

function line(object: JsonObject): string {
  return `${JSON.stringify(object)}\n`
}

/** What the first line says. Throws `UNREADABLE` for what is no export, `NEWER_FORMAT` for one of a newer release. */
export function readHead(text: string): { readonly isRedacted: boolean } {
  const head = objectIn(text)
  const version = head?.['v']
  if (head?.['refold'] !== 'export' || typeof version !== 'number') throw noExport()
  if (version <= EXPORT_FORMAT) return { isRedacted: head['redacted'] === true }
  throw new RefoldError(
    'NEWER_FORMAT',
    `the file has the export format ${version}; this release reads up to ${EXPORT_FORMAT}`,
    { hint: 'Update Refold in this process.', facts: { format: version } },
  )
}

export function noExport(): RefoldError {
  return new RefoldError('UNREADABLE', 'the file is no export of Refold: its first line does not say so', {
    hint: 'Make one with `exportStreams`. A SQLite file is opened as a store.',
  })
}

/** The number of records that the last line tells; `undefined`: it is another line. */
export function recordsTold(text: string): number | undefined {
  if (!text.startsWith('{"refold"')) return undefined
  const end = objectIn(text)
  return end?.['refold'] === 'end' && typeof end['records'] === 'number' ? end['records'] : undefined
}

/** What a line begins with. Long enough for a stream's name. */
const PLACE = /^\{"stream":("(?:[^"\\]|\\.)*"),"revision":(\d{1,15}),/

/** The place of a record, from the beginning of its line. */
export function placeIn(beginning: string): { readonly stream: string; readonly revision: number } | undefined {
  const [, name, revision] = PLACE.exec(beginning) ?? []
  if (name === undefined) return undefined
  try {
    return { stream: String(JSON.parse(name)), revision: Number(revision) }
  } catch {
    return undefined
  }
}

/** `undefined`: the text is no JSON object. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonObject | null
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function damagedLine(number: number, why: string): RefoldError {
  return new RefoldError('UNREADABLE', `line ${number} of the file ${why}`, {
    hint: 'The file was damaged or changed: export it again. What stands before the line can be shown.',
    facts: { line: number },
  })
}
