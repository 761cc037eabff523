/**
 * Deciding again the events that were kept, after each step: the oldest that the state takes, by a record of its own.
 *
 * Invariants: which one it is depends on the state and the chart alone, so every process and every later one finds the same; a
 * kept event never blocks the agent: where a new one of its kind would be refused now, it is, and someone is told.
 */
import { isSameJson } from '../json/same-json.js'
import type { Diagnostics } from '../record/record.js'
import type { DeferredInput, StateDocument } from '../record/state-document.js'
import type { TreeStep } from '../step/tree-step.js'
import { isAccepted, stateAfter, stepOf } from './chart-inputs.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import type { Early } from './deferral.js'
import { diagnosticsOf, refusalOf } from './diagnostics.js'
import { chartInputFromJson } from './inputs.js'
import type { Envelope } from './inputs.js'
import { untaken, withoutDedup } from './kept-events.js'
import { checkedEvent } from './messages.js'
import { isTrouble } from './trouble.js'
import { withAnswers } from './outbox.js'
import type { Refusal } from './outbox.js'
import { traced } from './trace.js'

/** Whether kept events may be decided: nothing blocks the agent, and the chart is that of its version. */
export function mayRecall(
  { definition }: Pick<DecideContext, 'definition'>,
  state: StateDocument | undefined,
): boolean {
  if (state?.agent.deferred === undefined || definition.isUnregistered === true) return false
  if (state.agent.version !== definition.version) return false
  return state.agent.blocked === undefined && state.root.status === undefined
}

/** Decides the oldest kept event that the state takes; dropped when it takes none. */
export function decideRecalled(context: DecideContext, envelope: Envelope, state: StateDocument): Decision {
  if (mayRecall(context, state))
    for (const kept of state.agent.deferred ?? []) {
      const decision = decideKept(context, { ...envelope, ...traced(kept.traceparent) }, { state, kept })
      if (decision !== undefined) return decision
    }
  return { kind: 'dropped', why: 'the state takes none of the kept events' }
}

interface Kept {
  readonly state: StateDocument
  readonly kept: DeferredInput
}

/** `undefined`: the state does not take it. */
function decideKept(context: DecideContext, envelope: Envelope, { state, kept }: Kept): Decision | undefined {
  const stored = chartInputFromJson(kept.input) as Early // nothing else is kept
  let input: Early
  let step: TreeStep
  try {
    const event = stored.kind === 'message.undelivered' ? stored.event : checkedEvent(context, stored)
    // The stored one itself, where it is the same: then the patch copies it.
    input = isSameJson(event, stored.event) ? stored : { ...stored, event }
    step = stepOf(context, input)
  } catch (thrown) {
    const error = refusalOf(state, { input: stored, thrown })
    // Not the event's fault: it stays.
    if (isTrouble(error) || error.code === 'OUTBOX_FULL') return { kind: 'refused', error }
    const diagnostics = error.code === 'EVENT_REFUSED' ? diagnosticsOf(state, { input: stored, thrown }) : undefined
    return refused(context, envelope, { state, kept, why: error, diagnostics })
  }
  if (!isAccepted(step)) return undefined
  if (envelope.blockWith !== undefined)
    return refused(context, envelope, { state, kept, why: tooLarge(envelope.blockWith) })
  const base = without(state, kept)
  return compose(context, envelope, {
    type: 'refold.recalled',
    data: { event: input.event.type, revision: kept.revision },
    after: stateAfter({ ...context, state: base }, envelope, { input, step, dedup: undefined }),
    input: { kind: 'recalled' },
    stored: { path: `/state/agent/deferred/${(state.agent.deferred ?? []).indexOf(kept)}/input`, value: kept.input },
    step,
  })
}

function tooLarge({ code, message }: NonNullable<Envelope['blockWith']>): Refusal {
  return { code: typeof code === 'string' ? code : 'TOO_LARGE', message }
}

/** It leaves the state undecided: the sender of a message is told by a message, that of an event by this record. */
function refused(
  context: DecideContext,
  envelope: Envelope,
  { state, kept, why, diagnostics }: Kept & { readonly why: Refusal; readonly diagnostics?: Diagnostics | undefined },
): Decision {
  const { code, message } = why
  const { event } = chartInputFromJson(kept.input) as Early
  const told = withAnswers(without(state, kept), [kept], { sentBy: context.eventId, code, message })
  return compose(context, envelope, {
    type: 'refold.recalled',
    data: { event: event.type, revision: kept.revision, refused: { code, message } },
    after: { ...told, dedup: withoutDedup(told.dedup, kept.revision) },
    input: { kind: 'recalled' },
    untaken: untaken(kept, { code, message }),
    diagnostics,
  })
}

function without(state: StateDocument, { revision }: DeferredInput): StateDocument {
  const { deferred = [], ...agent } = state.agent
  const rest = deferred.filter((one) => one.revision !== revision)
  return { ...state, agent: rest.length === 0 ? agent : { ...agent, deferred: rest } }
}
