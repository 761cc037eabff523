/** Bodies that were stopped and do not end. */
import type { EffectPolicy } from '../../definition/internals.js'
import type { EffectId } from '../../record/state-document.js'
import type { CancelTimer } from '../../world/world.js'
import type { EffectsContext } from './effects-context.js'

/** A stopped body without a time-out that still holds a slot is logged after so long. */
const LOG_SLOT_AFTER_MS = 60_000

export interface LateBody {
  readonly stream: string
  readonly effect: EffectId
  readonly src: string
  readonly policy: EffectPolicy
  /** What it holds is for others now. */
  readonly giveBack: () => void
}

/** E5: a body that does not heed its abort keeps its slot for its time-out and no longer. `undefined`: it holds none. */
export function watchLateBody(
  { lifecycle, slots, events }: EffectsContext,
  { stream, effect, src, policy, giveBack }: LateBody,
): CancelTimer | undefined {
  const { timeoutMs, concurrency } = policy
  if (concurrency === undefined || lifecycle.isClosing) return undefined
  const after = timeoutMs ?? LOG_SLOT_AFTER_MS
  return slots.watch(after, () => {
    const what = timeoutMs === undefined ? 'keeps its slot until it ends' : 'loses its slot now'
    const message = `a body of effect ${src} of ${stream} did not end in the ${after} ms since it was stopped: it ${what}`
    events.notice('warn', message, { agent: stream, effect })
    if (timeoutMs !== undefined) giveBack()
  })
}
