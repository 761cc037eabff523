/** Writes agents' streams as a file that `openExport` reads: as they are stored, so what is encoded stays so. */
import { requireMethods } from '../coded.js'
import { streamOfAddress } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import { chartStream } from '../log/charts.js'
import { isJsonObject } from '../json/json-value.js'
import { headerOf } from '../record/header.js'
import type { StoredEvent } from '../store/port.js'
import { endLine, headLine, recordLine } from './export-format.js'
import type { HistorySource } from './history-types.js'
import { Redaction } from './redact.js'

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
 * Throws `NOT_FOUND` for a stream that is not there, and for a chart, or the origin of a fork, without which no one knows what is secret.
 */
export async function* exportStreams(
  source: HistorySource,
  streams: readonly string[],
  { charts = false, redact = false }: ExportOptions = {},
): AsyncGenerator<string, void, undefined> {
  requireMethods(source, 'source', ['read'])
  if (!Array.isArray(streams)) throw new RefoldError('INVALID_INPUT', 'streams: must be a list of streams')
  const names = new Set(streams)
  const redaction = redact ? await Noted.of(source, names) : undefined
  const fingerprints = new Set<string>()
  yield headLine({ redacted: redact })
  let records = 0
  for (const stream of names) {
    const before = records
    for await (const event of eventsOf(source, stream)) {
      if (redaction?.isBehind(event) === true) break
      const fingerprint = headerOf(event.metadata)?.fingerprint
      if (fingerprint !== undefined) fingerprints.add(fingerprint)
      yield recordLine((await redaction?.without(event)) ?? event)
      records++
    }
    if (records === before) throw noStream(stream)
  }
  for (const fingerprint of charts ? fingerprints : [])
    for await (const event of eventsOf(source, chartStream(fingerprint))) {
      yield recordLine(event)
      records++
    }
  yield endLine(records)
}

/** A redaction that has seen all records that there were when it was asked for. */
class Noted {
  readonly #redaction: Redaction
  readonly #last = new Map<string, bigint>()

  private constructor(source: HistorySource) {
    this.#redaction = new Redaction(source)
  }

  /** A fork begins with the state of its origin, and with the secrets that were given there. */
  static async of(source: HistorySource, streams: ReadonlySet<string>): Promise<Noted> {
    const noted = new Noted(source)
    const origins: Origin[] = []
    for (const stream of streams)
      for await (const event of eventsOf(source, stream)) {
        await noted.#redaction.note(event)
        noted.#last.set(stream, event.revision)
        origins.push(...originIn(event))
      }
    const missing: Origin[] = []
    for (const origin of origins) {
      const found = await noted.#noteOrigin(source, origin)
      if (found === undefined) missing.push(origin)
      else origins.push(...found)
    }
    const [first] = missing
    if (first !== undefined && noted.#redaction.hasSecrets) throw noOrigin(first)
    return noted
  }

  /** The origin's own origin, if it has one; `undefined`: it is not there, or is another agent. */
  async #noteOrigin(source: HistorySource, { stream, event: last }: Origin): Promise<readonly Origin[] | undefined> {
    const origins: Origin[] = []
    for await (const event of eventsOf(source, stream)) {
      await this.#redaction.note(event)
      origins.push(...originIn(event))
      if (event.id === last) return origins
    }
    return undefined
  }

  /** What came later may hold secrets that were not noted. */
  isBehind({ stream, revision }: StoredEvent): boolean {
    return revision > (this.#last.get(stream) ?? -1n)
  }

  without(event: StoredEvent): Promise<StoredEvent> {
    return this.#redaction.without(event)
  }
}

/** Of a fork that has its state: the stream that it is from, and the event there that it goes on after. */
interface Origin {
  readonly fork: string
  readonly stream: string
  readonly event: string
}

function originIn({ stream, type, data, metadata }: StoredEvent): readonly Origin[] {
  if (type !== 'refold.forked' || !isJsonObject(data) || data['records'] === 0) return []
  const { name, id } = isJsonObject(data['from']) ? data['from'] : {}
  const { $causationId } = metadata as { readonly $causationId?: unknown }
  if (typeof name !== 'string' || typeof id !== 'string' || typeof $causationId !== 'string') return [] // encoded: it is given as it is
  return [
    {
      fork: stream,
      stream: streamOfAddress({ name, id }),
      event: $causationId,
    },
  ]
}

function noOrigin({ fork, stream }: Origin): RefoldError {
  return new RefoldError(
    'NOT_FOUND',
    `${stream}, which ${fork} is a fork of, is not there: what was secret in it is not known`,
    {
      hint: 'Without redaction it can be exported.',
      facts: { fork, stream },
    },
  )
}

async function* eventsOf(source: HistorySource, stream: string): AsyncGenerator<StoredEvent, void, undefined> {
  for await (const page of source.read(stream)) yield* page
}

function noStream(stream: string): RefoldError {
  return new RefoldError('NOT_FOUND', `there is no stream ${JSON.stringify(stream)}`, { facts: { stream } })
}
