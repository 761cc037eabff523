/**
 * What a fork takes over from its origin, and what it does not.
 *
 * Invariants (cited by tests):
 * F1 nothing that the origin sent, was sent, or owes to others is in it: no message, no report, no child, no cancellation, no
 *    payment that the origin's chart has left;
 * F2 a pending effect has a key of its own, unless the origin's is asked for; then an attempt of the origin that must be asked
 *    after is asked after;
 * F3 a never-retry effect is in doubt, until a person says what becomes of it: it was perhaps paid by the origin, or will be.
 */
import type {
  AgentPart,
  DeferredInput,
  EffectDocument,
  EffectId,
  StateDocument,
  WaitingInput,
} from '../record/state-document.js'
import { recordsBefore } from '../record/life.js'
import { pausedPart } from './agent-part.js'
import type { DecideContext } from './context.js'
import { safetyOf } from './effects-part.js'
import { chartInputFromJson, chartInputToJson } from './inputs.js'
import type { Envelope, Forked } from './inputs.js'

/** The origin's state as that of the fork, under the origin's version. */
export function takenOver(context: DecideContext, envelope: Envelope, forked: Forked): StateDocument {
  const { state, from } = forked
  const shift = from.revision + 1
  const waiting = (state.agent.waiting ?? []).filter(isNoCancellation).map((one) => moved(one, shift))
  const deferred = (state.agent.deferred ?? []).map((one) => moved(one, shift))
  return {
    agent: agentPart(context, envelope, { forked, waiting, deferred }),
    root: state.root,
    effects: effectsOf(context, forked),
    timers: timersOf(context, forked),
    unlisted: state.unlisted,
    dedup: {},
  }
}

interface Inputs {
  readonly forked: Forked
  readonly waiting: readonly WaitingInput[]
  readonly deferred: readonly DeferredInput[]
}

/** It is paused, and no one's. */
function agentPart(context: DecideContext, envelope: Envelope, { forked, waiting, deferred }: Inputs): AgentPart {
  const { state, from } = forked
  const { definition, version, fingerprint, hasSecrets, blocked } = state.agent
  const records = recordsBefore(state) + from.revision + 1
  return {
    definition,
    version,
    fingerprint,
    ...(hasSecrets === undefined ? undefined : { hasSecrets }),
    id: context.agentId,
    incarnation: context.eventId,
    epoch: 0,
    forked: { from: from.stream, revision: from.revision, records },
    paused: pausedPart(context, notesIn(envelope)),
    ...(blocked === undefined ? undefined : { blocked }),
    ...(waiting.length === 0 ? undefined : { waiting }),
    ...(deferred.length === 0 ? undefined : { deferred }),
  }
}

/** Who forks, and why, is who paused it. */
export function notesIn({ by, reason }: Envelope): Pick<Envelope, 'by' | 'reason'> {
  return { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
}

/** The sender of a message that waits hears from the origin what became of it. */
function moved<W extends WaitingInput>(waiting: W, shift: number): W {
  const input = chartInputFromJson(waiting.input)
  const isSent = input.kind === 'message' && input.own === undefined
  const own = isSent ? chartInputToJson({ ...input, own: 'forked' }) : waiting.input
  return { ...waiting, revision: waiting.revision - shift, input: own }
}

function isNoCancellation({ input: stored }: WaitingInput): boolean {
  const input = chartInputFromJson(stored)
  return input.kind !== 'event' || input.event.type !== 'refold.cancel'
}

function effectsOf(context: DecideContext, forked: Forked): StateDocument['effects'] {
  const effects: { [effect: EffectId]: EffectDocument } = {}
  for (const [id, effect] of Object.entries(forked.state.effects))
    if (effect.abandoned === undefined) effects[id] = effectOf(context, forked, { id, effect })
  return effects
}

function effectOf(
  context: DecideContext,
  { keys, run, answered }: Forked,
  { id, effect }: { readonly id: EffectId; readonly effect: EffectDocument },
): EffectDocument {
  const { definition, now, revision, eventId } = context
  const { attempt, inDoubt, retryAt: _retryAt, ...rest } = effect
  const isGuarded = safetyOf(effect, definition) === 'never-retry' && !run.includes(id)
  const doubt = id === answered || isGuarded ? { inDoubt: { since: now, revision, why: 'forked' as const } } : undefined
  if (keys === 'new') {
    const { attempts: _attempts, lastError: _lastError, ...asked } = rest
    return { ...asked, keyedBy: eventId, ...doubt }
  }
  if (run.includes(id)) return rest
  return {
    ...rest,
    ...(attempt === undefined ? undefined : { attempt }),
    ...(inDoubt === undefined ? undefined : { inDoubt: { ...inDoubt, revision } }),
    ...doubt,
  }
}

/** A timer that has fired, and whose event waits to be decided, is there until that is done. */
function timersOf({ now }: DecideContext, { state, from, timers }: Forked): StateDocument['timers'] {
  if (timers === 'keep') return state.timers
  const fired = new Set(state.agent.waiting?.map(({ input }) => input['timer']))
  const kept = Object.entries(state.timers).filter(([id]) => timers === 'shift' || fired.has(id))
  return Object.fromEntries(kept.map(([id, timer]) => [id, { ...timer, due: timer.due + (now - from.now) }]))
}
