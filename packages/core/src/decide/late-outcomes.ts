/** Outcomes that no longer move the chart: of an abandoned effect, or a second one after a takeover. */
import type { JsonValue } from '../json/json-value.js'
import { effectIn } from '../record/large-members.js'
import type { DecideContext } from './context.js'
import { compose } from './compose.js'
import type { Decision } from './decision.js'
import { withEffect } from './effects-part.js'
import type { Envelope } from './inputs.js'
import { outcomeData } from './record-type.js'

/**
 * An abandoned effect's outcome is recorded and the effect forgotten. An outcome that lost against one of a later
 * epoch is kept as a late result and changes nothing. Anything else was left by the chart on purpose: dropped.
 */
export function settleWithoutChart(context: DecideContext, envelope: Envelope): Decision {
  const { state } = context
  const { input } = envelope
  if (state === undefined || (input.kind !== 'effect.done' && input.kind !== 'effect.failed'))
    return { kind: 'dropped', why: 'not an outcome' }
  const effect = effectIn(state, input.effect)
  if (effect?.abandoned !== undefined) {
    return record(context, envelope, {
      src: effect.src,
      after: withEffect(state, input.effect, undefined),
    })
  }
  if (effect === undefined && input.kind === 'effect.done' && (envelope.epoch ?? 0) < state.agent.epoch) {
    return record(context, envelope, { src: null, after: state })
  }
  return {
    kind: 'dropped',
    why: effect === undefined ? 'the effect has an outcome or was left' : 'another worker owns the agent',
  }
}

function record(
  context: DecideContext,
  envelope: Envelope,
  part: { src: string | null; after: NonNullable<DecideContext['state']> },
): Decision {
  const { input } = envelope
  if (input.kind !== 'effect.done' && input.kind !== 'effect.failed') return { kind: 'dropped', why: 'not an outcome' }
  const data: JsonValue = outcomeData(input, { src: part.src, attempt: envelope.attempt, usage: envelope.usage })
  return compose(context, envelope, {
    type: input.kind === 'effect.done' ? 'refold.effect.done' : 'refold.effect.failed',
    data,
    after: part.after,
    input: { kind: input.kind, effect: input.effect, late: true },
  })
}
