/** What the header says of a state, and what of it changed. The directory stands on it. */
import type { AgentStatus, Condition, InputHeader, RecordHeader } from '../record/record.js'
import type { AgentPart, EffectId, StateDocument } from '../record/state-document.js'
import { countEffects, countOn } from './counted-effects.js'
import { earliestDue, followTimers } from './earliest-timer.js'
import { isQuarantined, isSuspected } from './claims.js'
import { hasOutbox } from './outbox.js'
import { isEmpty } from '../record/large-map.js'
import { effectChanges, isSameMap } from '../record/large-members.js'
import { activeStates } from '../record/active-states.js'

type SummaryFields = Pick<
  RecordHeader,
  'status' | 'active' | 'standsIn' | 'owner' | 'condition' | 'pending' | 'inDoubt' | 'left' | 'nextDueAt' | 'input'
>

export function statusOf(state: StateDocument): AgentStatus {
  return state.root.status ?? 'active'
}

/** The pause that stands. An agent that has ended is not paused any more: what it still has to send goes out. */
export function pauseOf({ agent, root }: StateDocument): AgentPart['paused'] {
  return root.status === undefined ? agent.paused : undefined
}

/** What holds the agent up; of several the most pressing. One that has ended may still have effects in doubt. */
export function conditionOf(state: StateDocument): Condition {
  if (state.agent.blocked !== undefined) return 'blocked'
  if (pauseOf(state) !== undefined) return 'paused'
  if (countEffects(state, 'inDoubt') > 0) return 'in-doubt'
  return isSuspected(state) ? 'suspected' : 'running'
}

/** What some worker has to do: the work, and messages that wait to be delivered. */
export function pendingOf(state: StateDocument): number {
  return hasOutbox(state) ? workOf(state) + 1 : workOf(state)
}

/** What runs user code: effects that are neither in doubt nor abandoned, and inputs that wait though nothing blocks them any more. */
export function workOf(state: StateDocument): number {
  const work = countEffects(state, 'work')
  return state.agent.waiting !== undefined && state.agent.blocked === undefined ? work + 1 : work
}

/** Whether some worker has to have the agent in hand now, to run its code or to deliver what it sends. */
export function isAtWork(state: StateDocument): boolean {
  return needsWorker(state) || (hasOutbox(state) && pauseOf(state) === undefined)
}

/** Whether user code has something to do for the agent now. */
export function needsWorker(state: StateDocument): boolean {
  if (pauseOf(state) !== undefined || isQuarantined(state)) return false
  return statusOf(state) === 'active' && workOf(state) > 0
}

/** Effects that wait for someone's word: in doubt, or abandoned. */
export function inDoubtOf(state: StateDocument): number {
  return countEffects(state, 'waiting')
}

/** The earliest timer or deadline, epoch milliseconds; `null` when nothing is due by itself. A paused agent's timers wait, no deadline does. */
export function nextDueAtOf(state: StateDocument): number | null {
  if (state.root.status !== undefined) return null
  const deadline = state.agent.cancelling?.deadlineAt
  const due = state.agent.paused === undefined && state.agent.blocked === undefined ? earliestDue(state) : undefined
  if (deadline === undefined || due === undefined) return deadline ?? due ?? null
  return Math.min(deadline, due)
}

/** What a chart left, as `RecordHeader.left` tells it. Of the effect that the record is of, the record tells itself. */
function leftBetween(before: StateDocument, after: StateDocument, input: InputHeader): RecordHeader['left'] {
  const left: Record<EffectId, string | null> = {}
  for (const { key, before: known, after: effect } of effectChanges(before, after)) {
    if (key === input.effect) continue
    if (effect?.abandoned !== undefined && known?.abandoned === undefined) left[key] = effect.src
    if (effect === undefined && known?.inDoubt !== undefined) left[key] = null
  }
  return isEmpty(left) ? undefined : left
}

/** Adds to a header the fields that differ between two states; all of them for the first state. Costs what changed. */
export function addChangedSummary(
  header: { -readonly [K in keyof SummaryFields]: SummaryFields[K] },
  before: StateDocument | undefined,
  after: StateDocument,
): void {
  const { root, agent } = after
  if (before === undefined || before.root.status !== root.status) header.status = statusOf(after)
  if (before === undefined || before.root.value !== root.value) header.active = activeStates(root)
  if (before === undefined || before.agent.owner !== agent.owner) header.owner = agent.owner ?? null
  const sameAgent = before?.agent === agent
  if (before === undefined) {
    header.condition = conditionOf(after)
    header.pending = pendingOf(after)
    header.inDoubt = inDoubtOf(after)
    header.nextDueAt = nextDueAtOf(after)
    return
  }
  const sameEffects = isSameMap(before, after, 'effects')
  const sameTimers = isSameMap(before, after, 'timers')
  if (!sameEffects) countOn(before, after)
  if (!sameTimers) followTimers(before, after)
  if (!sameAgent || !sameEffects || before.outbox !== after.outbox) {
    const pending = pendingOf(after)
    if (pending !== pendingOf(before)) header.pending = pending
  }
  if (!sameEffects) {
    const [earlier, inDoubt] = [inDoubtOf(before), inDoubtOf(after)]
    if (inDoubt !== earlier) header.inDoubt = inDoubt
    const left = earlier + inDoubt === 0 ? undefined : leftBetween(before, after, header.input)
    if (left !== undefined) header.left = left
  }
  if (!sameAgent || !sameEffects || header.status !== undefined) addCondition(header, before, after)
  if (!sameAgent || !sameTimers || header.status !== undefined) {
    const due = nextDueAtOf(after)
    if (due !== nextDueAtOf(before)) header.nextDueAt = due
  }
}

/**
 * Who is told that an agent comes to wait for someone, or is at another version, which may ask otherwise, is told where: readers that
 * keep nothing of it before do not know.
 */
function addCondition(
  header: { -readonly [K in keyof SummaryFields]: SummaryFields[K] },
  before: StateDocument,
  after: StateDocument,
): void {
  const condition = conditionOf(after)
  if (condition !== conditionOf(before)) header.condition = condition
  const { inDoubt = 0, active } = header
  const comesToWait = header.condition === 'blocked' || (inDoubt > 0 && inDoubt > inDoubtOf(before))
  const isAtAnother = before.agent.version !== after.agent.version
  if ((comesToWait || isAtAnother) && active === undefined) header.standsIn = activeStates(after.root)
}
