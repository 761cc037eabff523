/** One agent of a recovery plan: its state is folded, the claim is decided and not appended. */
import { isQuarantined } from '../decide/claims.js'
import { decide } from '../decide/decide.js'
import { effectKey, resumptionOf } from '../decide/effects-part.js'
import { pauseOf } from '../decide/summary.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { invariant } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { StateDocument } from '../record/state-document.js'
import { isPastDeadline } from '../runtime/takeover/deadlines.js'
import { dueTimers } from '../runtime/takeover/due-timers.js'
import { claimOf, assessState, reasonToClaim } from '../runtime/takeover/policy.js'
import type { StateAssessment } from '../runtime/takeover/policy.js'
import { incompatible } from '../runtime/cell/compatibility.js'
import type { FailureDetector } from '../runtime/liveness/failure-detector.js'
import type {
  PlannedAgent,
  PlannedBlock,
  PlannedDoubt,
  PlannedEffect,
  PlannedNotBegun,
  PlannedOwned,
  PlannedPlace,
  PlannedTimer,
  RecoveryPlan,
} from '../public/plan.js'
import type { NotBegun } from '../runtime/takeover/not-begun.js'
import { activeStates } from '../record/active-states.js'
import { incompatibilitiesOf } from '../step/compatibility.js'

/** What one agent adds to the lists of the plan. */
export type AgentPlan = Partial<Omit<RecoveryPlan, 'at' | 'holds'>>

export interface PlanContext {
  readonly now: number
  readonly owners: FailureDetector
  readonly notBegun: NotBegun
  readonly lastBeatOf: (owner: string) => Promise<JsonValue | undefined>
}

interface Planned extends PlannedAgent {
  readonly state: StateDocument
  readonly definition: DefinitionInternals
}

type Claim = Extract<StateAssessment, { readonly kind: 'claim' }>

/** What would become of the agent. */
export async function planAgent(planned: Planned, context: PlanContext): Promise<AgentPlan> {
  const [taken, notBegun] = [await planTaking(planned, context), await notBegunBy(planned, context)]
  return notBegun.length === 0 ? taken : { ...taken, notBegun }
}

async function planTaking(planned: Planned, context: PlanContext): Promise<AgentPlan> {
  const { agent, state, definition } = planned
  const { owner } = state.agent
  const paused = pauseOf(state)
  const verdict = owner === undefined ? undefined : await context.owners.look(owner)
  const why = reasonToClaim(state.agent, verdict)
  const standing = standingOf(planned, state)
  const timers = timersOf(planned, { now: context.now, isFree: why !== undefined })
  if (paused !== undefined) {
    const { at: since, bulk: _bulk, ...note } = paused
    return { ...standing, overdue: timers, paused: [{ agent, since, ...note }], ...troubleOf(planned) }
  }
  const assessment = await assessState(state, { definition, whyFree: async () => why })
  switch (assessment.kind) {
    case 'nothing to do':
      return { ...standing, overdue: timers, ...troubleOf(planned) }
    case 'owned':
      return { ...standing, overdue: timers, owned: [await ownedBy(planned, context)], ...troubleOf(planned) }
    case 'incompatible':
      return { ...standing, ...troubleOf(planned) }
    case 'claim':
      return { overdue: timers, ...resumptionBy(planned, assessment, context.now) }
  }
}

/** What waits for a person before and after. */
function standingOf(planned: Planned, after: StateDocument): AgentPlan {
  return { inDoubt: doubtsOf(planned, after), blocked: blockOf(planned, after) }
}

/** Nothing of an agent that today's chart cannot take is overdue: no one fires it here. */
function troubleOf({ agent, state, definition }: Planned): AgentPlan {
  if (state.root.status !== undefined) return {}
  const missing = incompatibilitiesOf(definition, state)
  if (missing.length === 0) return {}
  const { code, message, facts } = incompatible({ definition, stream: `${agent.name}-${agent.id}` }, missing)
  return { troubled: [{ agent, ...placeOf(state), code, message, facts }], overdue: [] }
}

async function notBegunBy(
  { agent, state, definition }: Planned,
  { notBegun }: PlanContext,
): Promise<readonly PlannedNotBegun[]> {
  const what = await notBegun.of(state, definition)
  return what.length === 0 ? [] : [{ agent, ...placeOf(state), what }]
}

function placeOf({ agent, root }: StateDocument): PlannedPlace {
  return { version: agent.version, active: activeStates(root) }
}

function resumptionBy(planned: Planned, claim: Claim, now: number): AgentPlan {
  const { agent, state, definition } = planned
  const after = claimedState(planned, claim, now)
  const standing = standingOf(planned, after)
  const effects = plannedEffects(after, definition)
  const inputs = after.agent.blocked === undefined ? (after.agent.waiting?.length ?? 0) : 0
  const messages = Object.values(after.outbox?.to ?? {}).reduce((sum, { length }) => sum + length, 0)
  if (effects.length === 0 && inputs === 0 && messages === 0) return standing
  const { owner = state.agent.released?.worker } = state.agent
  const { why, probation } = claim
  const previous = owner === undefined ? undefined : { previous: owner }
  const resumed = {
    agent,
    why,
    ...previous,
    ...(probation === undefined ? undefined : { probation }),
    effects,
    inputs,
    messages,
  }
  return { ...standing, resumed: [resumed] }
}

async function ownedBy({ agent, state }: Planned, { lastBeatOf }: PlanContext): Promise<PlannedOwned> {
  const { owner = '' } = state.agent
  const beat = (await lastBeatOf(owner)) as { readonly at?: unknown; readonly leaseMs?: unknown } | undefined
  return {
    agent,
    owner,
    ...(typeof beat?.at === 'number' ? { lastBeatAt: beat.at } : undefined),
    ...(typeof beat?.leaseMs === 'number' ? { leaseMs: beat.leaseMs } : undefined),
  }
}

/** Stands for the worker that would claim. */
export const PLANNER = 'planner'

/** The state that the claim would give. */
function claimedState({ state, definition }: Planned, { why, probation }: Claim, now: number): StateDocument {
  const noChart = (): never => {
    throw new TypeError('a claim asks no chart')
  }
  const place = { agentId: state.agent.id, revision: 0, now, at: now, eventId: PLANNER, maxWaiting: 0 }
  const decision = decide(
    { definition, state, tree: noChart, placedTree: noChart, ...place },
    claimOf(state, { worker: PLANNER, why, probation }),
  )
  invariant(decision.kind === 'recorded', 'the claim of a free agent is recorded')
  return decision.state
}

/** What the owner of this state would perform. */
function plannedEffects(state: StateDocument, definition: DefinitionInternals): readonly PlannedEffect[] {
  if (isQuarantined(state) || pauseOf(state) !== undefined) return []
  return Object.entries(state.effects).flatMap(([id, effect]): PlannedEffect[] => {
    const how = resumptionOf(effect, definition)
    if (effect.inDoubt !== undefined || effect.abandoned !== undefined || how === 'doubt') return []
    const { src, attempts = 0, retryAt } = effect
    const planned = { effect: id, src, key: effectKey(id, effect), attempt: attempts + 1, how }
    return [retryAt === undefined ? planned : { ...planned, notBefore: retryAt }]
  })
}

/** What waits for someone's word, now or from the claim on. */
function doubtsOf({ agent, state: before }: Planned, after: StateDocument): readonly PlannedDoubt[] {
  return Object.entries(after.effects).flatMap(([id, effect]): PlannedDoubt[] => {
    const { src, inDoubt, abandoned } = effect
    const doubt = { agent, effect: id, src, key: effectKey(id, effect) }
    if (abandoned !== undefined) {
      const { at: since, revision } = abandoned
      return [{ ...doubt, why: 'abandoned', since, revision, isNew: false }]
    }
    if (inDoubt === undefined) return []
    const isNew = before.effects[id]?.inDoubt === undefined
    const { since, revision, why } = inDoubt
    return [{ ...doubt, why, since, ...(isNew ? undefined : { revision }), isNew }]
  })
}

function blockOf({ agent, state: before }: Planned, { agent: { blocked } }: StateDocument): readonly PlannedBlock[] {
  if (blocked === undefined) return []
  return [{ agent, since: blocked.at, error: blocked.error, isNew: before.agent.blocked === undefined }]
}

/** What would happen at once, in the order in which it would. A living owner fires its own timers. */
function timersOf(
  { agent, state }: Planned,
  { now, isFree }: { readonly now: number; readonly isFree: boolean },
): readonly PlannedTimer[] {
  const { cancelling, paused, blocked } = state.agent
  if (cancelling !== undefined && isPastDeadline(state, now)) {
    const { deadlineAt: due } = cancelling
    return [{ agent, timer: 'refold.cancel', due, lateMs: now - due }]
  }
  if (paused !== undefined || blocked !== undefined || !isFree) return []
  return dueTimers(state, now).flatMap((id): PlannedTimer[] => {
    const timer = state.timers[id]
    return timer === undefined ? [] : [{ agent, timer: timer.id, due: timer.due, lateMs: now - timer.due }]
  })
}
