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
  async begin({ effects }: HistoryPoint, { timeOf, record }: Past): Promise<void> {
    for (const effect of effects) {
      const { scheduledAt, records } = effect
      this.#bars.begin(effect.effect, barOf(effect.effect, effect, { revision: scheduledAt, at: timeOf(scheduledAt) }))
      for (const { revision } of records.slice(-MOST_BEFORE)) this.#told(await record(revision))
      this.#begunAt(effect.effect, effect.attempt?.worker)
    }
  }

  add(record: HistoryRecord, state: StateDocument | undefined): void {
    this.#told(record)
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
      if (kind === 'effect.doubted') return { ...counted, doubted: moment }
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
  if (last === undefined || last.end !== undefined || how === 'left' || how === 'resolved') return attempts
  return [...attempts.slice(0, -1), { ...last, end: { ...moment, how } }]
}

/** Of one that the state does not list any more. */
function endOf(record: HistoryRecord, effect: string): End['how'] {
  if (!('effect' in record) || record.effect !== effect) return 'left'
  if (record.kind === 'effect.resolved' || record.by !== undefined) return 'resolved'
  return record.kind === 'effect.failed' ? 'failed' : 'done'
}
