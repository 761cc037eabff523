/** What a process has in hand at this moment. */
import type { Load, LoadWaiting } from '../../public/runtime.js'
import type { Clock, World } from '../../world/world.js'
import type { Cells } from '../cell/cells.js'
import type { EffectRunners } from '../effects/effect-runners.js'
import type { Capacity } from '../limits/capacity.js'

export interface LoadContext {
  readonly effects: EffectRunners
  readonly cells: Cells
  readonly capacity: Capacity
  readonly world: Pick<World, 'clock'>
}

export function loadOf({ effects, cells, capacity, world: { clock } }: LoadContext): Load {
  const { limit, passedOver } = capacity
  const inHand = [...effects.all.values()].map((runner) => runner.inHand).filter((count) => count > 0)
  const sum = inHand.reduce((total, count) => total + count, 0)
  const queued = cells.all().reduce((total, cell) => total + cell.queued, 0)
  const waiting = waitingIn(effects, clock)
  return { agents: inHand.length, effects: sum, queued, passedOver, capacity: limit, waiting }
}

/** Grouped by reason, those that wait longest first. */
function waitingIn(effects: EffectRunners, clock: Clock): readonly LoadWaiting[] {
  const now = clock.monotonicNow()
  const byReason = new Map<string, LoadWaiting>()
  for (const { gate, reason, since } of effects.waiting()) {
    const known = byReason.get(reason)
    const longestMs = Math.max(known?.longestMs ?? 0, now - since)
    byReason.set(reason, { gate, reason, effects: (known?.effects ?? 0) + 1, longestMs })
  }
  return [...byReason.values()].toSorted((one, other) => other.longestMs - one.longestMs)
}
