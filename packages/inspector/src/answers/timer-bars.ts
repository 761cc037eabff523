/** Timers as bars: when they were set, when they are due, and what became of them. */
import type { HistoryPoint, HistoryRecord } from '@refold/core/history'
import type { StateDocument, TimerDocument } from '@refold/core/record'
import type { TimerBar } from '../contract/agent.js'
import { Bars } from './bars.js'
import { dataIn } from './record-parts.js'

export class TimerBars {
  readonly #bars = new Bars<TimerBar>()

  get all(): readonly TimerBar[] {
    return this.#bars.all
  }

  /** Those that are set. */
  begin({ timers }: HistoryPoint, timeOf: (revision: number) => number): void {
    for (const timer of timers)
      this.#bars.begin(timer.timer, barOf(timer.timer, timer, { revision: timer.setAt, at: timeOf(timer.setAt) }))
  }

  add(record: HistoryRecord, state: StateDocument | undefined): void {
    if (state === undefined) return
    const { revision, at } = record
    this.#bars.follow(new Map(Object.entries(state.timers)), {
      begin: (timer, key) => barOf(key, timer, { revision, at }),
      end: (bar, key) => {
        const isFired = record.kind === 'timer.fired' && record.timer === key
        const lateMs = isFired ? Number(dataIn(record)['lateMs'] ?? 0) : undefined
        return {
          ...bar,
          end: { revision, at, how: isFired ? 'fired' : 'cancelled' },
          ...(lateMs === undefined ? undefined : { lateMs }),
        }
      },
    })
  }
}

function barOf(timer: string, { id, due }: Pick<TimerDocument, 'id' | 'due'>, set: TimerBar['set']): TimerBar {
  return { timer, id, set, due }
}
