/** Inputs that the chart decides: through the tree, or into the waiting line while the agent is blocked. */
import { RefoldError } from '../errors.js'
import { toErrorData } from '../record/error-data.js'
import { recordsBefore } from '../record/life.js'
import { isEmpty, type StateMap } from '../record/large-map.js'
import { effectIn, mapIn, NO_ENTRIES, putMap, putMember, timerIn } from '../record/large-members.js'
import type { EffectDocument, Outbox, StateDocument, TimerDocument } from '../record/state-document.js'
import type { ChartInput, TreeStep } from '../step/tree-step.js'
import type { DecideContext, DecideFacts } from './context.js'
import { refuseUnapproved } from './approved.js'
import { unsuspected } from './claims.js'
import { compose } from './compose.js'
import type { ChartDecision, Decision } from './decision.js'
import { refusalOf } from './diagnostics.js'
import { effectsAfterStep } from './effects-part.js'
import { earlyIn, keep } from './deferral.js'
import { inputHeader } from './input-header.js'
import { isOutcome } from './inputs.js'
import type { Envelope, Migrated } from './inputs.js'
import { withInInbox } from './inbox.js'
import { refuseBlocked } from './kept-events.js'
import { requireRoom, withSent } from './outbox.js'
import { windowFull, withDedup } from './dedup.js'
import { withStarted } from './detached-children.js'
import { chartPart, firstAgentPart } from './agent-part.js'
import { isOwnType, recordOf } from './record-type.js'
import { traced, traceparentOf } from './trace.js'
import { wait } from './waiting-line.js'

export function decideChart(context: DecideContext, envelope: Envelope, decision: ChartDecision): Decision {
  const { state } = context
  const { input } = decision
  if (input.kind === 'event' && isOwnType(input.event.type)) return reserved(input.event.type)
  const unapproved = input.kind === 'event' ? refuseUnapproved(context, envelope, input.event.type) : undefined
  if (unapproved !== undefined) return { kind: 'refused', error: unapproved }
  const blocked = input.kind === 'event' && state !== undefined ? refuseBlocked(state, envelope) : undefined
  if (blocked !== undefined) return { kind: 'refused', error: blocked }
  const untimely = notNow(context, input)
  if (untimely !== undefined) return { kind: 'dropped', why: untimely }
  if (state?.agent.blocked !== undefined || state?.agent.waiting !== undefined || context.definition.isUnregistered)
    return wait(context, envelope, { ...decision, error: undefined })
  if (envelope.blockWith !== undefined) return wait(context, envelope, { ...decision, error: envelope.blockWith })
  let step: TreeStep
  try {
    step = stepOf(context, input)
  } catch (error) {
    return thrown(context, envelope, { ...decision, cause: error })
  }
  if (!isAccepted(step)) {
    const early = earlyIn(context, input)
    if (early !== undefined) return keep(context, envelope, { ...decision, input: early, step })
    if (mustBeAccepted(input)) return notAccepted(context, input.event.type)
  }
  const dedup = state === undefined ? undefined : withDedup(context, envelope)
  if (dedup === 'full') return { kind: 'refused', error: windowFull(context) }
  return record(context, envelope, { ...decision, step, dedup })
}

/** No caller may write what only Refold writes. */
function reserved(type: string): Decision {
  const message = `"${type}" cannot come from outside`
  return {
    kind: 'refused',
    error: new RefoldError('INVALID_EVENT', message, { hint: 'Types that begin with `refold.` are kept for Refold.' }),
  }
}

/** Runs the input through the tree. Throws what user code throws, and `OUTBOX_FULL`. */
export function stepOf(context: DecideContext, input: ChartInput): TreeStep {
  const { now, revision, state } = context
  const step = context.tree().step(input, { now, revision: recordsBefore(state) + revision })
  requireRoom(context.state, step)
  return step
}

/** An event from outside of the agent; but for the news that a message was not delivered, which is ignored as XState ignores events. */
function mustBeAccepted(input: ChartInput): input is Extract<ChartInput, { readonly kind: 'event' | 'message' }> {
  return input.kind === 'event' || (input.kind === 'message' && input.event.type !== 'refold.undelivered')
}

/** A timer of a paused agent waits; one that waits already, or is not due, does not fire. */
function notNow(context: DecideContext, input: ChartInput): string | undefined {
  const { state } = context
  if (state === undefined) return undefined
  if (input.kind === 'timer.fired') {
    const timer = timerIn(state, input.timer)
    if (timer === undefined) return 'the timer is gone'
    if (timer.due > context.now) return 'the timer is not due'
    if (state.agent.paused !== undefined) return 'the agent is paused'
    if (state.agent.waiting?.some(({ input: waiting }) => waiting['timer'] === input.timer) === true)
      return 'the timer waits already'
  }
  if (input.kind !== 'effect.event' && input.kind !== 'effect.next') return undefined
  const effect = effectIn(state, input.effect)
  return effect === undefined || effect.abandoned !== undefined ? 'the chart left the effect' : undefined
}

export function isAccepted(step: TreeStep): boolean {
  return step.path.length > 0
}

function notAccepted(context: DecideContext, type: string): Decision {
  const legal = context
    .tree()
    .eventDescriptors()
    .filter((descriptor) => descriptor.includes('*') || context.definition.isOutsideEvent(descriptor))
  const facts = { event: type, legal, state: context.state?.root.value }
  const hint = legal.length === 0 ? 'No outside event is accepted in this state.' : `Accepted now: ${legal.join(', ')}.`
  return {
    kind: 'refused',
    error: new RefoldError('EVENT_NOT_ACCEPTED', `the current state does not accept "${type}"`, { hint, facts }),
  }
}

interface Stepped extends ChartDecision {
  readonly step: TreeStep
  readonly dedup: StateDocument['dedup'] | undefined
}

function record(context: DecideContext, envelope: Envelope, decision: Stepped): Decision {
  const { input, step } = decision
  const { type, data } = recordOf(context, input, envelope)
  const after = stateAfter(context, envelope, decision)
  const causationId =
    'effect' in input && context.state ? effectIn(context.state, input.effect)?.scheduledBy : undefined
  return compose(context, envelope, {
    type,
    data,
    after,
    input: inputHeader(input, envelope, decision.late),
    step,
    causationId,
  })
}

/** The next state, given what the tree did. Also used when a waiting input is decided, and for a migration. */
export function stateAfter(
  context: DecideFacts,
  envelope: Envelope,
  decision: Omit<Stepped, 'late' | 'input'> & { readonly input: ChartInput | Migrated },
): StateDocument {
  const { definition, now, revision, eventId: scheduledBy } = context
  const { step, input, base: state = context.state } = decision
  const settled = input.kind === 'effect.done' || input.kind === 'effect.failed' ? input.effect : undefined
  const traceparent = traceparentOf(context, envelope)
  const effects = effectsAfterStep(state, definition, { step, settled, scheduledBy, traceparent, now, revision })
  const { root, unlisted, messages } = step
  const timers = mapIn(step, 'timers')
  const outbox = withSent(state?.outbox, messages, { sentBy: scheduledBy, ...traced(traceparent) })
  const detachedChildren = withStarted(state, messages)
  if (state === undefined) {
    const by = input.kind === 'started' ? input.by : undefined
    const agent = firstAgentPart(context, envelope, by)
    const part = { agent, root, effects: NO_ENTRIES, timers: NO_ENTRIES, unlisted, dedup: {} }
    const first = withMessages(withMaps(part, effects, timers), { outbox, detachedChildren })
    return by === undefined ? first : withInInbox(first, by)
  }
  const isSame = state.agent.fingerprint === definition.fingerprint
  const known = isSame ? state.agent : { ...state.agent, ...chartPart(definition) }
  const agent = settled === undefined ? known : unsuspected(known)
  const dedup = decision.dedup ?? state.dedup
  const after = withMaps({ agent, root, effects: NO_ENTRIES, timers: NO_ENTRIES, unlisted, dedup }, effects, timers)
  if (Object.hasOwn(state, 'inbox')) putMember(after, 'inbox', state)
  return withMessages(after, { outbox, detachedChildren })
}

/** Into a state that is being made. */
function withMessages(
  made: { -readonly [K in keyof StateDocument]: StateDocument[K] },
  { outbox, detachedChildren }: { readonly outbox: Outbox | undefined; readonly detachedChildren: StateMap<number> },
): StateDocument {
  if (outbox !== undefined) made.outbox = outbox
  if (!isEmpty(detachedChildren)) putMap(made, 'detachedChildren', detachedChildren)
  return made
}

function withMaps(
  made: StateDocument,
  effects: StateMap<EffectDocument>,
  timers: StateMap<TimerDocument>,
): StateDocument {
  putMap(made, 'effects', effects)
  putMap(made, 'timers', timers)
  return made
}

/** Codes of what is wrong with this process, and not with the input. */
const OUR_TROUBLE: ReadonlySet<string> = new Set(['NEEDS_MIGRATION', 'NEWER_FORMAT', 'INVARIANT'])

/** A process with another chart can decide the input: it waits for it, and nothing blocks the agent. */
export function isForOthers({ code }: RefoldError): boolean {
  return code === 'NEEDS_MIGRATION' || code === 'NEWER_FORMAT'
}

/** D3: an outside event is refused to its caller; anything else is stored and blocks the agent, an outcome whatever the cause. */
function thrown(context: DecideContext, envelope: Envelope, decision: ChartDecision & { cause: unknown }): Decision {
  const { input, cause } = decision
  const error = refusalOf(context.state, { input, thrown: cause })
  const isOurTrouble = OUR_TROUBLE.has(error.code)
  const isCalled = input.kind === 'event' || input.kind === 'message' || input.kind === 'started'
  if (isCalled || (isOurTrouble && !isOutcome(input))) return { kind: 'refused', error }
  if (isForOthers(error)) return wait(context, envelope, { ...decision, error: undefined })
  return wait(context, envelope, { ...decision, error: toErrorData(error), thrown: cause })
}
