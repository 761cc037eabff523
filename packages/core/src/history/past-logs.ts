/** The streams of one source, each read once: a cause may stand in the stream of another agent. */
import { PastLog } from './past-log.js'
import type { HistoryReader } from './past-log.js'

/** Others are kept for the next question; so many at a time. */
const KEPT = 16

export class PastLogs {
  readonly #reader: HistoryReader
  readonly #logs = new Map<string, Promise<PastLog>>()

  constructor(reader: HistoryReader, own: PastLog) {
    this.#reader = reader
    this.#logs.set(own.stream, Promise.resolve(own))
  }

  /** The record of an event id in a stream; `undefined`: it is not there. */
  async find(
    stream: string,
    eventId: string,
  ): Promise<{ readonly log: PastLog; readonly revision: number } | undefined> {
    const log = await this.#open(stream)
    let revision = log.outline.revisionOf(eventId)
    if (revision === undefined) {
      await log.readOn() // it may have come since
      revision = log.outline.revisionOf(eventId)
    }
    return revision === undefined ? undefined : { log, revision }
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
