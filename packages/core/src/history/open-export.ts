/**
 * An exported file as a source of histories. The file is read once from end to end, and then by parts: only where its lines stand
 * is kept. Invariant: a damaged line ends its own stream, and no other.
 */
import { requireMethods } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import type { RefoldError } from '../errors.js'
import { toPosition, toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import { damagedLine, noExport, objectIn, placeIn, readHead, recordsTold } from './export-format.js'
import { fileLines } from './file-lines.js'
import type { FileLine } from './file-lines.js'
import { counted } from '../world/counted.js'

/** A stream of an exported file. */
export interface ExportedStream {
  readonly stream: string
  /** Those before its damage, if it has any. */
  readonly records: number
  readonly isDamaged?: true
}

/** A source for `openHistory`. */
export interface ExportedStreams {
  /** In the order of the file. */
  readonly streams: readonly ExportedStream[]
  /** What is damaged first. The streams that it does not concern are whole. */
  readonly trouble: RefoldError | undefined
  /** Values of secret fields were left out: it tells the past, and no agent goes on from it. */
  readonly isRedacted: boolean
  /** As a store's. Throws `UNREADABLE` where it reaches a damaged line. */
  read(
    stream: string,
    options?: { readonly from?: Revision; readonly limit?: number },
  ): AsyncGenerator<readonly StoredEvent[], void, undefined>
}

/**
 * Opens a file that `exportStreams` made: in a browser a `File` as an input gives it, in Node what `openAsBlob` of `node:fs` gives,
 * anywhere `new Blob([text])`. Rejects with `UNREADABLE` for what is no export, `NEWER_FORMAT` for one of a newer release; what is
 * damaged in it is told by `trouble`, and by the histories that it concerns.
 */
export async function openExport(file: Blob): Promise<ExportedStreams> {
  requireMethods(
    file,
    'file',
    ['stream', 'slice'],
    'It takes a `Blob` or `File`; in Node `await openAsBlob(path)` of its module `fs` gives one.',
  )
  const index = new FileIndex()
  for await (const line of fileLines(file)) index.add(line)
  index.close()
  return {
    streams: [...index.streams.values()].map(({ stream, starts, damage }) => ({
      stream,
      records: starts.length,
      ...(damage === undefined ? undefined : { isDamaged: true }),
    })),
    trouble: index.trouble,
    isRedacted: index.isRedacted,
    read: (stream, options = {}) => {
      checkOptions(options, { from: optionRule.revision, limit: optionRule.limit })
      return readStream(file, index.streams.get(stream), options)
    },
  }
}

interface IndexedStream {
  readonly stream: string
  readonly first: number
  readonly firstLine: number
  /** Of each line, in bytes. */
  readonly starts: number[]
  /** Behind the last line. */
  end: number
  /** What ends it before its end. */
  damage?: RefoldError
}

class FileIndex {
  readonly streams = new Map<string, IndexedStream>()
  trouble: RefoldError | undefined
  isRedacted = false
  #current: IndexedStream | undefined
  #records = 0
  #lines = 0
  #told: number | undefined

  /** Throws what `readHead` throws. */
  add(line: FileLine): void {
    if (this.#lines === 0) this.isRedacted = readHead(line.beginning).isRedacted
    else if (this.#told === undefined) this.#addRecord(line)
    else this.#damage(damagedLine(line.number, 'stands behind the end'))
    this.#lines = line.number
  }

  close(): void {
    if (this.#lines === 0) throw noExport()
    if (this.#told === undefined)
      this.#damage(damagedLine(this.#lines, 'is the last, and not the end of an export: it was cut'))
    else if (this.#told !== this.#records && this.trouble === undefined)
      this.#damage(damagedLine(this.#lines, `tells ${counted(this.#told, 'record')}, and there are ${this.#records}`))
  }

  #addRecord(line: FileLine): void {
    this.#told = recordsTold(line.beginning)
    if (this.#told !== undefined) return
    this.#records++
    const place = placeIn(line.beginning)
    if (place === undefined) return this.#damage(damagedLine(line.number, 'is no record'))
    const { stream, revision } = place
    const known = this.streams.get(stream)
    if (known === undefined) this.streams.set(stream, (this.#current = begin(place, line)))
    else {
      const next = known.first + known.starts.length
      const isNext = this.#current === known && revision === next
      this.#current = known
      if (known.damage !== undefined) return
      if (!isNext)
        return this.#damage(damagedLine(line.number, `is revision ${revision} of ${stream}, where ${next} was to come`))
      known.starts.push(line.start)
      known.end = line.end
    }
  }

  /** Of the stream whose lines it stands among. */
  #damage(error: RefoldError): void {
    this.trouble ??= error
    if (this.#current !== undefined) this.#current.damage ??= error
  }
}

function begin(
  { stream, revision }: { readonly stream: string; readonly revision: number },
  line: FileLine,
): IndexedStream {
  return { stream, first: revision, firstLine: line.number, starts: [line.start], end: line.end }
}

/** Lines that are read at once, and about so many bytes. */
const PART_LINES = 128
const PART_BYTES = 4 * 1024 * 1024

async function* readStream(
  file: Blob,
  indexed: IndexedStream | undefined,
  { from, limit = Number.POSITIVE_INFINITY }: { readonly from?: Revision; readonly limit?: number },
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  if (indexed === undefined) return
  const { first, starts, damage } = indexed
  let next = Math.max(0, from === undefined ? 0 : Number(from) - first)
  const end = Math.min(starts.length, next + limit)
  while (next < end) {
    const part = await readPart(file, indexed, { from: next, to: end })
    if (part.events.length > 0) yield part.events
    if (part.error !== undefined) throw part.error
    next += part.events.length
  }
  if (damage !== undefined && next < Number(from ?? 0) - first + limit) throw damage
}

async function readPart(
  file: Blob,
  indexed: IndexedStream,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<{ readonly events: readonly StoredEvent[]; readonly error?: RefoldError }> {
  const { starts, end } = indexed
  const start = starts[from] as number
  let last = from + 1
  while (last < Math.min(to, from + PART_LINES) && (starts[last] as number) - start < PART_BYTES) last++
  const bytes = new Uint8Array(await file.slice(start, starts[last] ?? end).arrayBuffer())
  const events: StoredEvent[] = []
  for (let at = from; at < last; at++) {
    const line = bytes.subarray((starts[at] as number) - start, (starts[at + 1] ?? end) - start)
    const event = eventIn(line, { indexed, at })
    if (event === undefined) return { events, error: damagedLine(indexed.firstLine + at, 'is no record') }
    events.push(event)
  }
  return { events }
}

const strict = new TextDecoder('utf-8', { fatal: true })

function eventIn(
  line: Uint8Array,
  { indexed, at }: { readonly indexed: IndexedStream; readonly at: number },
): StoredEvent | undefined {
  const { stream, first, firstLine } = indexed
  let text: string
  try {
    text = strict.decode(line)
  } catch {
    return undefined
  }
  const object = objectIn(text)
  const { id, type, data, metadata } = object ?? {}
  if (object === undefined || object['stream'] !== stream || object['revision'] !== first + at) return undefined
  if (typeof id !== 'string' || typeof type !== 'string' || data === undefined || metadata === undefined)
    return undefined
  const place = { stream, revision: toRevision(first + at), position: toPosition(firstLine + at) }
  return { ...place, id, type, data, metadata }
}
