/** A clock that runs ahead, to look at tomorrow today. Everything that Refold asks of the outside can be replaced. */
import { systemWorld } from '@refold/core'
import type { Clock } from '@refold/core'

/** The system's clock, `byMs` later. */
export function laterClock({ byMs }: { byMs: number }): Clock {
  const { clock } = systemWorld
  return { ...clock, now: () => clock.now() + byMs }
}
