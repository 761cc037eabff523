/** Who may append an owner input: the current owner at the current epoch, and truth that was paid for. */
import { effectIn } from '../record/large-members.js'
import type { DecideContext } from './context.js'
import { safetyOf } from './effects-part.js'
import type { Envelope } from './inputs.js'

/** `late`: from an older epoch, but an outcome that must not be lost. */
export type Authority = 'owner' | 'late' | 'stranger'

export function authorityOf(context: DecideContext, envelope: Envelope): Authority {
  const { state, definition } = context
  const { input } = envelope
  if (state === undefined) return 'stranger'
  if (state.agent.owner === envelope.worker && state.agent.epoch === envelope.epoch) return 'owner'
  if (input.kind !== 'effect.done' && input.kind !== 'effect.failed') return 'stranger'
  const effect = effectIn(state, input.effect)
  if (effect === undefined) return 'stranger'
  if (input.kind === 'effect.done') return 'late'
  return safetyOf(effect, definition) === 'never-retry' ? 'late' : 'stranger'
}
