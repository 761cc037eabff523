/** Bodies that were stopped and do not end. */
import type { CancelTimer } from '../../world/world.js'
import type { GatedEffect } from '../limits/gates.js'
import type { EffectsContext } from './effects-context.js'

/** A stopped body without a time-out that still holds a slot is logged after so long. */
const LOG_SLOT_AFTER_MS = 60_000

export interface LateBody extends GatedEffect {
  /** What it holds is for others now. */
  readonly giveBack: () => void
}

/** E5: a body that does not heed its abort keeps its slot for its time-out and no longer. `undefined`: it holds none. */
export function watchLateBody(
  { lifecycle, slots, events }: EffectsContext,
  { cell, id, src, policy, giveBack }: LateBody,
): CancelTimer | undefined {
  const { timeoutMs, concurrency } = policy
  if (concurrency === undefined || lifecycle.isClosing) return undefined
  const after = timeoutMs ?? LOG_SLOT_AFTER_MS
  return slots.watch(after, () => {
    const what = timeoutMs === undefined ? 'keeps its slot until it ends' : 'loses its slot now'
    const message = `a body of effect ${src} of ${cell.stream} did not end in the ${after} ms since it was stopped: it ${what}`
    events.notice('warn', message, { agent: cell.stream, effect: id })
    if (timeoutMs !== undefined) giveBack()
  })
}
