/** Effects as bars, with what became of their attempts. */
import { addUsage, usageIn } from '@refold/core/history'
import type { HistoryPoint, HistoryRecord } from '@refold/core/history'
import type { EffectDocument, StateDocument } from '@refold/core/record'
import type { EffectBar } from '../contract/agent.js'
import { Bars } from './bars.js'
import type { Moment } from './bars.js'
import { dataIn } from './record-parts.js'

type Attempts = EffectBar['attempts']
type End = NonNullable<EffectBar['end']>

/** Records of an effect that is pending already, which are looked at. */
const MOST_BEFORE = 32

/** What of the past is needed. */
interface Past {
  readonly timeOf: (revision: number) => number
  readonly record: (revision: number) => Promise<HistoryRecord>
}

export class EffectBars {
  readonly #bars = new Bars<EffectBar>()

  get all(): readonly EffectBar[] {
    return this.#bars.all
  }

  /** Those that are pending. */
  async begin({ effects, owners, document }: HistoryPoint, { timeOf, record }: Past): Promise<void> {
    const losses = owners.slice(1).filter((_, index) => owners[index]?.worker !== undefined)
    for (const effect of effects) {
      const { effect: key, scheduledAt, records } = effect
      this.#bars.begin(key, barOf(key, effect, { revision: scheduledAt, at: timeOf(scheduledAt) }))
      const told = records.slice(-MOST_BEFORE).map(({ revision }) => ({ revision, isLoss: false }))
      const lost = losses.filter(({ revision }) => revision > scheduledAt)
      const all = [...told, ...lost.map(({ revision }) => ({ revision, isLoss: true }))]
      for (const { revision, isLoss } of all.toSorted((one, other) => one.revision - other.revision)) {
        if (isLoss) this.#bars.change(key, (bar) => interrupted(bar, { revision, at: timeOf(revision) }))
        else this.#told(await record(revision))
      }
      this.#begunAt(key, effect.attempt?.worker)
    }
    this.#doubts(document.effects)
  }

  add(record: HistoryRecord, state: StateDocument | undefined): void {
    this.#told(record)
    if (losesOwner(record))
      this.#bars.changeAll((bar) => interrupted(bar, { revision: record.revision, at: record.at }))
    if (state === undefined) return
    if (record.kind === 'effect.started') this.#begunAt(record.effect, state.effects[record.effect]?.attempt?.worker)
    const moment = { revision: record.revision, at: record.at }
    this.#bars.follow(new Map(Object.entries(state.effects)), {
      begin: (effect, key) => barOf(key, effect, moment),
      end: (bar, key) => {
        const how = endOf(record, key)
        return { ...bar, attempts: endedAttempts(bar.attempts, moment, how), end: { ...moment, how } }
      },
    })
    this.#doubts(state.effects)
  }

  /** Someone may have said `again`: then it is in doubt no more. */
  #doubts(effects: StateDocument['effects']): void {
    this.#bars.changeAll(({ doubted: _doubted, ...bar }, key) => {
      const inDoubt = effects[key]?.inDoubt
      return inDoubt === undefined ? bar : { ...bar, doubted: { revision: inDoubt.revision, at: inDoubt.since } }
    })
  }

  /** Where the last attempt runs. */
  #begunAt(effect: string, worker: string | undefined): void {
    if (worker === undefined) return
    this.#bars.change(effect, (bar) => {
      const last = bar.attempts.at(-1)
      return last === undefined ? bar : { ...bar, attempts: [...bar.attempts.slice(0, -1), { ...last, worker }] }
    })
  }

  #told(record: HistoryRecord): void {
    if (!('effect' in record)) return
    const { kind, effect, revision, at } = record
    const moment = { revision, at }
    this.#bars.change(effect, (bar) => {
      const usage = addUsage(bar.usage, usageIn(record.data))
      const counted = usage === undefined ? bar : { ...bar, usage }
      if (kind === 'effect.started') return { ...counted, attempts: begunAttempts(bar.attempts, moment) }
      if (kind === 'attempt.failed') return { ...counted, attempts: retriedAttempts(bar.attempts, record) }
      return counted
    })
  }
}

/** Its first attempt begins with it, unless a record tells more exactly when. */
function barOf(effect: string, { src }: Pick<EffectDocument, 'src'>, scheduled: Moment): EffectBar {
  return { effect, src, scheduled, attempts: [{ began: scheduled }] }
}

/** One that was taken to have begun when the effect was asked for, or after a pause, really begins now. */
function begunAttempts(attempts: Attempts, began: Moment): Attempts {
  const last = attempts.at(-1)
  const isOpen = last !== undefined && last.end === undefined && last.worker === undefined
  const before = isOpen ? attempts.slice(0, -1) : attempts
  return [...before, { began }]
}

/** The next one begins at the time that the record says. */
function retriedAttempts(attempts: Attempts, record: HistoryRecord): Attempts {
  const { revision, at } = record
  const retryAt = Number(dataIn(record)['retryAt'] ?? at)
  return [...endedAttempts(attempts, { revision, at }, 'retried'), { began: { revision, at: Math.max(at, retryAt) } }]
}

function endedAttempts(attempts: Attempts, moment: Moment, how: End['how'] | 'retried'): Attempts {
  const last = attempts.at(-1)
  const isOver = last?.end !== undefined && last.end.how !== 'interrupted' // a late outcome is of the one that was interrupted
  if (last === undefined || isOver || how === 'left' || how === 'resolved') return attempts
  return [...attempts.slice(0, -1), { ...last, end: { ...moment, how } }]
}

/** A worker that lost the agent, or gave it up, ends what it had begun: a crash leaves no other record. */
function losesOwner(record: HistoryRecord): boolean {
  return record.kind === 'released' || (record.kind === 'claimed' && dataIn(record)['previous'] !== undefined)
}

/** One that was to begin later has not begun. */
function interrupted(bar: EffectBar, moment: Moment): EffectBar {
  const last = bar.attempts.at(-1)
  if (last === undefined || last.end !== undefined || last.began.at > moment.at) return bar
  return { ...bar, attempts: [...bar.attempts.slice(0, -1), { ...last, end: { ...moment, how: 'interrupted' } }] }
}

/** Of one that the state does not list any more. */
function endOf(record: HistoryRecord, effect: string): End['how'] {
  if (!('effect' in record) || record.effect !== effect) return 'left'
  if (record.kind === 'effect.resolved' || record.epoch === undefined) return 'resolved' // no owner wrote it
  return record.kind === 'effect.failed' ? 'failed' : 'done'
}
