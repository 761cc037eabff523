/** The streams of one source, each read once: a cause may stand in the stream of another agent. */
import { PastLog } from './past-log.js'
import type { HistoryReader } from './history-reader.js'

/** Others are kept for the next question; so many at a time. */
const KEPT = 16

/** Forks of forks that are followed back. */
const MOST_ORIGINS = 64

/** A record, and where it stands. */
export interface PlaceInLife {
  readonly log: PastLog
  readonly revision: number
}

export class PastLogs {
  readonly #reader: HistoryReader
  readonly #logs = new Map<string, Promise<PastLog>>()

  constructor(reader: HistoryReader, own: PastLog) {
    this.#reader = reader
    this.#logs.set(own.stream, Promise.resolve(own))
  }

  /** The record of an event id in a stream; `undefined`: it is not there. */
  async find(stream: string, eventId: string): Promise<PlaceInLife | undefined> {
    const log = await this.#open(stream)
    let revision = log.outline.revisionOf(eventId)
    if (revision === undefined) {
      await log.readOn() // it may have come since
      revision = log.outline.revisionOf(eventId)
    }
    return revision === undefined ? undefined : { log, revision }
  }

  /**
   * A record of an agent's life by its number: in the stream itself, or in that of an origin, as far as they are here and are
   * what the fork says.
   */
  async inLife(log: PastLog, lifeNumber: number): Promise<PlaceInLife | undefined> {
    let at: PastLog | undefined = log
    for (let origins = 0; at !== undefined && origins <= MOST_ORIGINS; origins++) {
      const revision = lifeNumber - (at.origin?.records ?? 0)
      if (revision >= 0) return at.outline.get(revision) === undefined ? undefined : { log: at, revision }
      at = (await this.originOf(at))?.log
    }
    return undefined
  }

  /** The record that a fork goes on after; `undefined`: it is none, shares nothing, or its origin is not here, or is another by now. */
  async originOf(log: PastLog): Promise<PlaceInLife | undefined> {
    const { origin } = log
    if (origin === undefined || origin.records === 0 || origin.event === undefined) return undefined
    const found = await this.find(origin.from, origin.event)
    return found?.revision === origin.revision ? found : undefined
  }

  #open(stream: string): Promise<PastLog> {
    const known = this.#logs.get(stream)
    if (known !== undefined) return known
    const opening = this.#read(stream)
    this.#logs.set(stream, opening)
    opening.catch(() => this.#logs.delete(stream)) // the next question asks again
    const [, oldest] = this.#logs.keys() // the first is the history's own
    if (this.#logs.size > KEPT && oldest !== undefined) this.#logs.delete(oldest)
    return opening
  }

  async #read(stream: string): Promise<PastLog> {
    const log = new PastLog(this.#reader, stream)
    await log.readOn()
    return log
  }
}
