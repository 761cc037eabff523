/**
 * Histories that are kept open, since questions about one agent come one after another.
 *
 * Invariants: they are opened at one place, so that what hides secrets hides them from every answer; as many are kept as have
 * few records together, and one at least.
 */
import type { JsonObject } from '@refold/core/record'
import { openHistory, readChart } from '@refold/core/history'
import type { AgentHistory, HistoryOptions, HistorySource } from '@refold/core/history'

/** What answers are made of. */
export interface AnswerSource extends Pick<HistoryOptions, 'codecs' | 'upcasters'> {
  /** A store, or what `openExport` gives. */
  readonly source: HistorySource
}

/** So many agents at most. */
const MOST_AGENTS = 8
/** So many records of all of them together. */
const MOST_RECORDS = 400_000
const MOST_CHARTS = 64

/** An agent that is looked at. */
export interface OpenedAgent {
  readonly history: AgentHistory
  /** The chart of a fingerprint (`chart.schema.json`); `undefined`: it is not stored. */
  readonly chart: (fingerprint: string) => Promise<JsonObject | undefined>
}

/** The agents of one source. */
export class OpenedAgents {
  readonly from: AnswerSource
  /** By their streams, the one used last at the end. */
  readonly #histories = new Map<string, Promise<AgentHistory>>()
  readonly #opened = new Map<string, AgentHistory>()
  /** Those that someone follows. */
  readonly #held = new Map<string, number>()
  readonly #charts = new Map<string, Promise<JsonObject | undefined>>()

  constructor(from: AnswerSource) {
    this.from = from
  }

  /**
   * With all records there are, or, where only those up to a revision are asked about, at least these. Rejects with `NOT_FOUND`,
   * and with what the source rejects with.
   */
  async open(stream: string, { to = Number.POSITIVE_INFINITY }: { readonly to?: number } = {}): Promise<OpenedAgent> {
    const known = this.#opened.get(stream)
    const history = await this.#historyOf(stream)
    if (known !== undefined && to > history.last) await history.readOn()
    return { history, chart: (fingerprint) => this.chart(fingerprint) }
  }

  /** Keeps one open until the function that it gives is called. */
  hold(stream: string): () => void {
    this.#held.set(stream, (this.#held.get(stream) ?? 0) + 1)
    return () => {
      const count = (this.#held.get(stream) ?? 1) - 1
      if (count > 0) this.#held.set(stream, count)
      else this.#held.delete(stream)
    }
  }

  /** As `readChart`. One that is not there is looked for again. */
  chart(fingerprint: string): Promise<JsonObject | undefined> {
    const known = this.#charts.get(fingerprint)
    if (known !== undefined) return known
    const { source, codecs = [] } = this.from
    const reading = readChart(source, fingerprint, { codecs })
    this.#charts.set(fingerprint, reading)
    const forget = (): unknown => this.#charts.delete(fingerprint)
    reading.then((chart) => chart ?? forget(), forget)
    for (const oldest of this.#charts.keys()) {
      if (this.#charts.size <= MOST_CHARTS) break
      this.#charts.delete(oldest)
    }
    return reading
  }

  #historyOf(stream: string): Promise<AgentHistory> {
    const known = this.#histories.get(stream)
    if (known !== undefined) {
      this.#histories.delete(stream)
      this.#histories.set(stream, known)
      return known
    }
    const { source, ...options } = this.from
    const opening = openHistory(source, stream, { ...options, hideSecrets: true })
    this.#histories.set(stream, opening)
    opening.then(
      (history) => {
        this.#opened.set(stream, history)
        this.#letGo(stream)
      },
      () => this.#histories.delete(stream),
    )
    return opening
  }

  /** The oldest ones. */
  #letGo(kept: string): void {
    const records = (): number => [...this.#opened.values()].reduce((sum, { last }) => sum + last + 1, 0)
    for (const stream of this.#histories.keys()) {
      if (this.#opened.size <= MOST_AGENTS && records() <= MOST_RECORDS) break
      if (stream === kept || !this.#opened.has(stream) || this.#held.has(stream)) continue
      this.#histories.delete(stream)
      this.#opened.delete(stream)
    }
  }
}
