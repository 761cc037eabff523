/**
 * decide: (definition, state, input, now) → record. No I/O, no clock, no randomness of its own.
 *
 * Invariants (cited by tests):
 * D1 one input yields at most one record, and folding that record gives the `state` returned with it;
 * D2 an owner input is accepted from the current owner at the current epoch only, but for outcomes that were paid for;
 * D3 a transition that throws refuses an outside event and blocks the agent on anything else, with the input stored;
 * D4 the first outcome of an effect wins.
 */
import { RefoldError } from '../errors.js'
import { effectIn } from '../record/large-members.js'
import type { EffectDocument, StateDocument } from '../record/state-document.js'
import { statusOf } from './summary.js'
import { decideChart } from './chart-inputs.js'
import type { DecideContext } from './context.js'
import { decideControl } from './control-inputs.js'
import type { Decision } from './decision.js'
import { isOutcome, isOwnerInput } from './inputs.js'
import type { Envelope } from './inputs.js'
import { decideAttempt } from './owner-inputs.js'
import { settleWithoutChart } from './late-outcomes.js'
import { decideMessage, decideSettled } from './messages.js'
import { hasOutbox } from './outbox.js'
import { authorityOf } from './ownership.js'
import { dedupEntryOf } from './dedup.js'
import { decideRecalled } from './recall.js'
import { decideFirst, decideStartAgain } from './starts.js'

// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row an input
export function decide(context: DecideContext, envelope: Envelope): Decision {
  const { state } = context
  const { input } = envelope
  if (state === undefined)
    return input.kind === 'started' || input.kind === 'forked'
      ? decideFirst(context, envelope, input)
      : refused('NOT_FOUND', 'the agent does not exist')
  if (input.kind === 'forked') return { kind: 'duplicate', revision: 0 } // the caller finds out whether it is the same
  if (input.kind === 'started') return decideStartAgain(state, input)
  const known = dedupEntryOf(state, envelope.dedupId)
  if (known !== undefined) return { kind: 'duplicate', revision: known.revision }
  if (envelope.expectedRevision !== undefined && envelope.expectedRevision !== context.revision - 1) {
    return refused(
      'WRONG_REVISION',
      `the agent is at revision ${context.revision - 1}, not ${envelope.expectedRevision}`,
    )
  }

  const late = isOwnerInput(input) ? authorityOf(context, envelope) : 'owner'
  if (late === 'stranger')
    return isOutcome(input)
      ? settleWithoutChart(context, envelope)
      : { kind: 'dropped', why: 'another worker owns the agent' }
  if (statusOf(state) !== 'active' && !survivesTheEnd(state, envelope)) return ended(context, envelope)

  switch (input.kind) {
    case 'effect.started':
    case 'attempt.failed':
    case 'effect.doubted':
    case 'effect.step':
    case 'effect.resolved':
      return decideAttempt(context, envelope, input)
    case 'claimed':
    case 'released':
    case 'cleared':
    case 'paused':
    case 'resumed':
    case 'cancel':
    case 'cancelled':
    case 'retried':
    case 'migrated':
      return decideControl(context, envelope, input)
    case 'effect.done':
    case 'effect.failed':
      if (isSettled(effectIn(state, input.effect))) return settleWithoutChart(context, envelope)
      return decideChart(context, envelope, { input, late: late === 'late' })
    case 'message':
      return decideMessage(context, envelope, input)
    case 'message.settled':
      return decideSettled(context, envelope, input)
    case 'recalled':
      return decideRecalled(context, envelope, state)
    default:
      return decideChart(context, envelope, { input, late: false })
  }
}

/** No outcome moves the chart any more. */
function isSettled(effect: EffectDocument | undefined): boolean {
  return effect === undefined || effect.abandoned !== undefined
}

/** What may still be recorded about an agent that has ended: the outcome of a payment in flight, what a person says of it, and messages. */
function survivesTheEnd(state: StateDocument, { input }: Envelope): boolean {
  switch (input.kind) {
    case 'effect.resolved':
    case 'message':
    case 'message.settled':
      return true
    case 'claimed':
    case 'released':
      return hasOutbox(state)
    default:
      return isOutcome(input)
  }
}

function ended(context: DecideContext, envelope: Envelope): Decision {
  const status = context.state === undefined ? 'active' : statusOf(context.state)
  if (isOwnerInput(envelope.input)) return { kind: 'dropped', why: `the agent is ${status}` }
  return refused('NOT_ACTIVE', `the agent has ended: it is ${status}`)
}

function refused(code: 'NOT_FOUND' | 'WRONG_REVISION' | 'NOT_ACTIVE', message: string): Decision {
  return { kind: 'refused', error: new RefoldError(code, message) }
}
