/** What went on beside each other in a range of records, as bars: effects, timers, owners, children. */
import type { AgentHistory, HistoryCursor, HistoryRecord } from '@refold/core/history'
import type { StateDocument } from '@refold/core/record'
import type { Lanes, OwnerBar } from '../contract/agent.js'
import { ChildBars } from './child-bars.js'
import { EffectBars } from './effect-bars.js'
import { dataIn, memberText } from './record-parts.js'
import { TimerBars } from './timer-bars.js'
import type { Moment } from './bars.js'

/** Records that are looked through for one answer. */
const MOST_RECORDS = 20_000
/** Of each lane. */
const MOST_BARS = 1_000

export async function lanesOf(
  history: AgentHistory,
  asked: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<Lanes> {
  const from = Math.max(asked.from ?? history.first, history.first)
  const end = Math.min(asked.to ?? history.lastState, history.lastState)
  const to = Math.min(end, from + MOST_RECORDS - 1)
  const lanes = new LaneBars()
  if (from <= to) await lanes.fill(history, { from, to })
  const { effects, timers, children } = lanes
  const owners = await ownersOf(history, { from, to, why: lanes.why })
  const all = { effects: effects.all, timers: timers.all, owners, children: children.all }
  const isCut = to < end || Object.values(all).some((bars) => bars.length > MOST_BARS)
  return {
    from,
    to,
    effects: all.effects.slice(0, MOST_BARS),
    timers: all.timers.slice(0, MOST_BARS),
    owners: all.owners.slice(-MOST_BARS),
    children: all.children.slice(0, MOST_BARS),
    isCut,
  }
}

/** What of a state begins and ends a bar, or whether a record may have changed it. */
const TOUCHES_BARS = /^\/state(\/(effects|timers|unlisted|outbox)(\/|$)|\/root(\/children(\/|$)|$)|$)/

class LaneBars {
  readonly effects = new EffectBars()
  readonly timers = new TimerBars()
  readonly children = new ChildBars()
  /** Why an owner claimed, by the revision. */
  readonly why = new Map<number, string>()

  async fill(history: AgentHistory, { from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    await this.#begin(history, from)
    const cursor = history.cursor()
    for await (const record of history.records({ from, to })) {
      const state = mayChangeBars(record) ? await stateAt(cursor, record.revision) : undefined
      this.effects.add(record, state)
      this.timers.add(record, state)
      this.children.add(record, state)
      const why = record.kind === 'claimed' ? memberText(dataIn(record), 'why') : undefined
      if (why !== undefined) this.why.set(record.revision, why)
    }
  }

  /** What goes on already. */
  async #begin(history: AgentHistory, from: number): Promise<void> {
    if (from === history.first) return
    const before = await history.at(from - 1)
    const timeOf = (revision: number): number => history.outline({ from: revision, to: revision })[0]?.at ?? before.at
    this.timers.begin(before, timeOf)
    this.children.begin(before, timeOf)
    await this.effects.begin(before, { timeOf, record: (revision) => history.record(revision) })
  }
}

function mayChangeBars({ patch = [] }: HistoryRecord): boolean {
  return patch.some(({ path }) => TOUCHES_BARS.test(path))
}

async function stateAt(cursor: HistoryCursor, revision: number): Promise<StateDocument> {
  await cursor.to(revision)
  return cursor.state
}

async function ownersOf(
  history: AgentHistory,
  { from, to, why }: { readonly from: number; readonly to: number; readonly why: ReadonlyMap<number, string> },
): Promise<readonly OwnerBar[]> {
  if (to < history.first) return []
  const { owners } = await history.at(to)
  const momentOf = (revision: number): Moment => ({
    revision,
    at: history.outline({ from: revision, to: revision })[0]?.at ?? 0,
  })
  return owners.flatMap(({ worker, revision }, index) => {
    const next = owners[index + 1]
    if (worker === undefined || (next !== undefined && next.revision <= from)) return []
    const reason = why.get(revision)
    return [
      {
        worker,
        from: momentOf(revision),
        ...(next === undefined ? undefined : { to: momentOf(next.revision) }),
        ...(reason === undefined ? undefined : { why: reason }),
      },
    ]
  })
}
