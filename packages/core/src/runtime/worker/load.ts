/** What a process has in hand at this moment. */
import type { Load, LoadWaiting } from '../../public/runtime.js'
import type { Clock } from '../../world/world.js'
import type { EffectRunners } from '../effects/effect-runners.js'
import type { Capacity } from '../limits/capacity.js'

export function loadOf(effects: EffectRunners, { limit, passedOver }: Capacity, clock: Clock): Load {
  const inHand = [...effects.all.values()].map((runner) => runner.inHand).filter((count) => count > 0)
  const sum = inHand.reduce((total, count) => total + count, 0)
  return { agents: inHand.length, effects: sum, passedOver, capacity: limit, waiting: waitingIn(effects, clock) }
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
