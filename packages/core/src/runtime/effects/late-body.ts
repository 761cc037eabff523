/** Bodies that were stopped, or whose time is over, and that do not end. */
import type { CancelTimer } from '../../world/world.js'
import type { GatedEffect } from '../limits/gates.js'
import type { EffectsContext } from './effects-context.js'

/** One without a time-out that still holds a slot is logged after so long. */
const LOG_SLOT_AFTER_MS = 60_000

/** E5: a body keeps its slot until it ends; that it does not is logged. `undefined`: it holds none. */
export function watchLateBody(
  { lifecycle, slots, events }: EffectsContext,
  { cell, id, src, policy }: GatedEffect,
): CancelTimer | undefined {
  const { timeoutMs, concurrency } = policy
  if (concurrency === undefined || lifecycle.isClosing) return undefined
  const after = timeoutMs ?? LOG_SLOT_AFTER_MS
  return slots.watch(after, () => {
    const message = `a body of effect ${src} of ${cell.stream} did not end in the ${after} ms since it was stopped: it keeps its slot until it ends`
    events.notice('warn', message, { agent: cell.stream, effect: id })
  })
}
