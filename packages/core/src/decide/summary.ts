/** What the header says of a state, and what of it changed. The directory stands on it. */
import type { AgentStatus, Condition, RecordHeader } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import { isSuspected } from './claims.js'
import { activeStates } from '../step/state-view.js'

type SummaryFields = Pick<RecordHeader, 'status' | 'active' | 'owner' | 'condition' | 'pending' | 'inDoubt' | 'nextDueAt'>

export function statusOf(state: StateDocument): AgentStatus {
  return state.root.status ?? 'active'
}

export function conditionOf(state: StateDocument): Condition {
  if (state.agent.blocked !== undefined) return 'blocked'
  if (state.agent.paused !== undefined) return 'paused'
  for (const id in state.effects) if (state.effects[id]?.inDoubt !== undefined) return 'in-doubt'
  return isSuspected(state) ? 'suspected' : 'running'
}

/** Effects that some worker has to perform: neither in doubt nor abandoned. */
export function pendingOf(state: StateDocument): number {
  let count = 0
  for (const id in state.effects) {
    const effect = state.effects[id]
    if (effect !== undefined && effect.inDoubt === undefined && effect.abandoned === undefined) count++
  }
  return count
}

function inDoubtOf(state: StateDocument): number {
  let count = 0
  for (const id in state.effects) if (state.effects[id]?.inDoubt !== undefined || state.effects[id]?.abandoned !== undefined) count++
  return count
}

/** The earliest timer or deadline, epoch milliseconds; `null` when nothing is due by itself. A paused agent's timers wait. */
export function nextDueAtOf(state: StateDocument): number | null {
  let due: number | undefined = state.agent.cancelling?.deadlineAt
  if (state.agent.paused === undefined && state.agent.blocked === undefined) {
    for (const id in state.timers) {
      const at = state.timers[id]?.due
      if (at !== undefined && (due === undefined || at < due)) due = at
    }
  }
  return due ?? null
}

/** The header fields that differ between two states; all of them for the first state. */
export function changedSummary(before: StateDocument | undefined, after: StateDocument): SummaryFields {
  const changed: { -readonly [K in keyof SummaryFields]: SummaryFields[K] } = {}
  if (before === undefined || before.root.status !== after.root.status) changed.status = statusOf(after)
  if (before === undefined || before.root.value !== after.root.value) changed.active = activeStates(after.root)
  if (before === undefined || before.agent.owner !== after.agent.owner) changed.owner = after.agent.owner ?? null
  compare(before, after, (state) => state.effects !== before?.effects || state.agent !== before.agent, conditionOf, (value) => (changed.condition = value))
  compare(before, after, (state) => state.effects !== before?.effects, pendingOf, (value) => (changed.pending = value))
  compare(before, after, (state) => state.effects !== before?.effects, inDoubtOf, (value) => (changed.inDoubt = value))
  compare(before, after, (state) => state.timers !== before?.timers || state.agent !== before.agent, nextDueAtOf, (value) => (changed.nextDueAt = value))
  return changed
}

function compare<V>(
  before: StateDocument | undefined,
  after: StateDocument,
  mayDiffer: (after: StateDocument) => boolean,
  read: (state: StateDocument) => V,
  set: (value: V) => void,
): void {
  if (before === undefined) set(read(after))
  else if (mayDiffer(after)) {
    const value = read(after)
    if (value !== read(before)) set(value)
  }
}
