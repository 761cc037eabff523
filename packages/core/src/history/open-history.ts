/**
 * The history of one agent, without its code and without a runtime: what its records say, and what it was at any point.
 *
 * Invariants: it appends nothing and claims nothing; what is damaged ends what can be shown of states, and not what can be
 * shown before; memory holds an outline of each record and some states, never all records.
 */
import { checkOptions, optionRule } from '../option-values.js'
import type { OptionRules } from '../option-values.js'
import { addressOf, streamOfAddress } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import { codeErrors, coded } from '../coded.js'
import { diff } from '../json/diff.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { toRevision } from '../record/revision.js'
import { keepAlive } from '../world/keep-alive.js'
import { blamePlace } from './blame.js'
import type { Blame } from './blame.js'
import { HistoryCursor } from './cursor.js'
import { explainRecord } from './explain.js'
import type { ExplainOptions, Explanation } from './explain.js'
import { findFlips } from './find-flips.js'
import type { FindFlipsOptions, HistoryFlip, StatePredicate } from './find-flips.js'
import { historyPoint } from './history-point.js'
import type { HistoryPoint } from './history-point.js'
import type { HistoryRecord } from './history-record.js'
import type { HistoryMoment, HistoryOptions, HistorySource, HistoryTrouble } from './history-types.js'
import type { RecordOutline } from './outline.js'
import { historyReader } from './history-reader.js'
import type { HistoryReader } from './history-reader.js'
import { PastLog } from './past-log.js'
import { PastLogs } from './past-logs.js'
import { noSuchAgent } from './moments.js'
import type { PlaceInLife } from './past-logs.js'
import { placeOf } from './value-path.js'
import type { Walk } from './walk.js'
import { requireSource } from './require-source.js'

/** Where a fork comes from. */
export interface ForkedFrom {
  readonly agent: AgentAddress
  readonly revision: number
  readonly isShared: boolean
}

/** A record of a life, in the stream of the fork or of an origin. */
export interface LifeOutline extends RecordOutline {
  readonly agent: AgentAddress
}

/** Which records: from one revision to another, both included. Default: all. */
export interface RecordRange {
  readonly from?: number | bigint
  readonly to?: number | bigint
}

const { any, flag, limit, revision } = optionRule
const RANGE: OptionRules = { from: revision, to: revision }

/**
 * Reads the stream of an agent to its end. `agent` is its stream (`research-42`) or its address. Rejects with `NOT_FOUND` when
 * the source has no such agent; what is damaged is told by `trouble`, and by what asks for a state behind it.
 */
export async function openHistory(
  source: HistorySource,
  agent: string | AgentAddress,
  options: HistoryOptions = {},
): Promise<AgentHistory> {
  return coded({ name: 'openHistory', takes: 2 }, [source, agent, options], async () => {
    requireSource(source)
    checkOptions(options, { codecs: any, upcasters: any, hideSecrets: flag }) // a mistyped one would show secrets
    const stream = typeof agent === 'string' ? agent : streamOfAddress(agent)
    const reader = historyReader(source, options)
    const log = new PastLog(reader, stream)
    await log.readOn()
    if (log.isEmpty) throw noSuchAgent(stream)
    return new AgentHistory(log, reader)
  })
}

/** What an agent did, and what it was. Made by `openHistory`. Revisions are numbers here, as in JSON. */
export class AgentHistory {
  readonly stream: string
  readonly agent: AgentAddress
  readonly #log: PastLog
  readonly #reader: HistoryReader
  readonly #logs: PastLogs
  /** For questions that come one after another: each is near the one before. */
  readonly #walk: Walk
  #asked: Promise<unknown> = Promise.resolve()

  /** Use `openHistory`. */
  constructor(log: PastLog, reader: HistoryReader) {
    this.#log = log
    this.#reader = reader
    this.#logs = new PastLogs(reader, log)
    this.#walk = log.walk()
    this.stream = log.stream
    this.agent = addressOf(log.stream)
  }

  /** Of the first record: above 0 where those before are gone, and then there is no state at all. */
  get first(): number {
    return this.#log.first
  }

  /** Of the last record that was read. */
  get last(): number {
    return this.#log.last
  }

  /** Of the newest state: less than `last` where something is damaged; -1: there is none. */
  get lastState(): number {
    return this.#log.lastState
  }

  /** Where the states end because something is damaged or missing. `undefined`: all is well. */
  get trouble(): HistoryTrouble | undefined {
    return this.#log.trouble
  }

  /** Reads what the agent got since, to its end. What is damaged is told by `trouble`; rejects with what the source rejects with. */
  readOn(): Promise<void> {
    return this.#log.readOn()
  }

  /** Of a fork: its origin, and the record there that it goes on after. `isShared`: its life began there; else it was started from another input. */
  get forkedFrom(): ForkedFrom | undefined {
    const { origin } = this.#log
    if (origin === undefined) return undefined
    return { agent: addressOf(origin.from), revision: origin.revision, isShared: origin.records > 0 }
  }

  /**
   * The whole life in a few words: of a fork the records of its origins up to where it was forked, then its own. Without those
   * of an origin that is not in this source, or is another by now.
   */
  async life(): Promise<readonly LifeOutline[]> {
    let place: PlaceInLife | undefined = { log: this.#log, revision: this.last }
    const parts: LifeOutline[][] = []
    while (place !== undefined) {
      const { log, revision: last }: PlaceInLife = place
      const agent = addressOf(log.stream)
      const part: LifeOutline[] = []
      for (let revision = log.first; revision <= last; revision++) {
        const record = log.outline.get(revision)
        if (record !== undefined) part.push({ agent, ...record })
      }
      parts.unshift(part)
      place = await this.#logs.originOf(log)
    }
    return parts.flat()
  }

  /** Records in a few words, also damaged ones: for lists of many. Reads nothing. */
  outline(range: RecordRange = {}): readonly RecordOutline[] {
    const { from = 0, to = this.last } = range
    checkOptions(range, RANGE)
    const found: RecordOutline[] = []
    for (let revision = Math.max(Number(from), this.first); revision <= Math.min(Number(to), this.last); revision++) {
      const record = this.#log.outline.get(revision)
      if (record !== undefined) found.push(record)
    }
    return found
  }

  /** The record at a revision, or the newest at or before a time. Rejects with `NOT_FOUND`, `INVALID_INPUT`, `UPCAST_FAILED`. */
  async record(moment: HistoryMoment): Promise<HistoryRecord> {
    return this.#log.shown(await this.#log.records.at(this.#log.listed(moment)))
  }

  /** Records in turn. */
  async *records(range: RecordRange = {}): AsyncGenerator<HistoryRecord, void, undefined> {
    const { from = 0, to = this.last } = range
    checkOptions(range, RANGE)
    const start = Math.max(Number(from), this.first)
    const end = Math.min(Number(to), this.last)
    if (start > end) return
    for await (const page of this.#log.records.from(start, end - start + 1))
      for (const event of page) yield this.#log.shown(event)
  }

  /** What the agent was after the record at a revision, or at a time. Rejects with `NOT_FOUND`, `INVALID_INPUT`, or why the states end before it. */
  async at(moment: HistoryMoment): Promise<HistoryPoint> {
    const revision = this.#log.resolve(moment)
    const document = await this.#alone((walk) => this.#log.stateAt(revision, walk))
    return historyPoint(document, { revision, outline: this.#log.outline, shown: this.#log.hide(document) })
  }

  /** The patch (RFC 6902) from the state document of one point to that of another, in either direction of time. */
  async diff(from: HistoryMoment, to: HistoryMoment): Promise<readonly PatchOperation[]> {
    const [start, end] = [this.#log.resolve(from), this.#log.resolve(to)]
    return this.#alone(async (walk) => {
      const before = this.#log.hide(await this.#log.stateAt(start, walk))
      const after = this.#log.hide(await this.#log.stateAt(end, walk))
      return diff(before as unknown as JsonValue, after as unknown as JsonValue, { path: '' })
    })
  }

  /** A place that moves through the states, for those who step and scan. */
  cursor(): HistoryCursor {
    const log = this.#log
    return new HistoryCursor(log, log.walk())
  }

  /**
   * Which record set a field of the state, and where its value came from, also through messages of other agents. `path` is a JSON
   * pointer into the state document; `/context/…` is short for `/root/context/…`. Of an object or an array, what was last changed
   * within counts. Rejects with `NOT_FOUND` where nothing ever stood there, `INVALID_INPUT`, or why the states end before.
   */
  async blame(path: string, options: { readonly at?: HistoryMoment } = {}): Promise<Blame> {
    checkOptions(options, { at: any })
    const { at = this.lastState } = options
    const keys = placeOf(path)
    return blamePlace({ log: this.#log, revision: this.#log.resolve(at), keys }, this.#logs)
  }

  /**
   * Why the record at a point came: what caused it, what caused that, and so on to what came from outside, also through other
   * agents of the source. Rejects with `NOT_FOUND` or `INVALID_INPUT`.
   */
  async explain(moment: HistoryMoment, options: ExplainOptions = {}): Promise<Explanation> {
    checkOptions(options, { limit })
    const revision = this.#log.listed(moment)
    return explainRecord({ log: this.#log, revision }, { ...options, logs: this.#logs })
  }

  /**
   * Every revision at which a condition on the state document becomes true or false. What the condition throws is thrown. It sees the
   * document as it is stored, also where secrets are hidden: so it finds the same.
   */
  find(predicate: StatePredicate, options: FindFlipsOptions = {}): Promise<readonly HistoryFlip[]> {
    return findFlips(this.#log, predicate, options)
  }

  /**
   * Follows what the agent does from now on: each revision as it becomes part of this history. Ends when the signal aborts, the
   * store closes, or the history cannot go on (`trouble`); at once where the source is a file. The process stays alive while this waits. One call at a time.
   */
  async *follow(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<number, void, undefined> {
    checkOptions(options, { signal: optionRule.signal })
    const { signal } = options
    const target = { stream: this.stream, ...(this.last < 0 ? undefined : { after: toRevision(this.last) }) }
    let letGo: (() => void) | undefined
    try {
      for await (const item of this.#reader.reader.subscribe(target, signal === undefined ? {} : { signal })) {
        letGo?.()
        letGo = item.kind === 'caught-up' ? keepAlive() : undefined
        if (item.kind !== 'event' || Number(item.event.revision) <= this.last) continue
        if (!(await this.#log.follow(item.event))) return
        yield Number(item.event.revision)
      }
    } finally {
      letGo?.()
    }
  }

  /**
   * Any JSON value that tells of this agent, such as an answer of something else about it, without the texts and numbers that were
   * secret in its records: with `hideSecrets`, and else as it is. Whatever this history tells is without them already.
   */
  hide<T>(value: T): T {
    return this.#log.hide(value)
  }

  /** One question at a time moves the walk that they share. */
  #alone<T>(act: (walk: Walk) => Promise<T>): Promise<T> {
    const done = this.#asked.then(() => act(this.#walk))
    this.#asked = done.catch(() => {}) // the one who asked is told
    return done
  }
}

codeErrors(AgentHistory.prototype)
