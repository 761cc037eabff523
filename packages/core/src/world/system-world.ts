/** The real world: the machine's clock and random numbers. Everything in it can be replaced. */
import { fromGiven } from '../coded.js'
import { checkedOptions, optionRule } from '../option-values.js'
import { systemEndSignals } from './end-signals.js'
import { keepAlive } from './keep-alive.js'
import { consoleLogger } from './console-logger.js'
import { idSource } from './new-id.js'
import { systemClock } from './system-clock.js'
import type { World } from './world.js'

const PARTS = {
  clock: optionRule.methods('now', 'monotonicNow', 'setTimer'),
  random: optionRule.function,
  newId: optionRule.function,
  logger: optionRule.methods('log'),
  keepAlive: optionRule.function,
  onEndSignal: optionRule.function,
}

/** A world with some of its parts replaced, the others the system's: throws `INVALID_INPUT` for a part that there is not, or that is not of its kind. One with another clock has nothing of this machine's process: its signals, and what keeps it alive. */
export function createWorld(given: Partial<World> = {}): World {
  const all = fromGiven('createWorld', () => ({ ...given }))
  const overrides = checkedOptions<Partial<World>>(all, PARTS)
  const ofProcess = overrides.clock === undefined ? { onEndSignal: systemEndSignals, keepAlive } : undefined
  return {
    ...ofProcess,
    clock: systemClock,
    random: Math.random,
    newId: idSource(),
    logger: consoleLogger,
    ...overrides,
    ...('keepAlive' in all ? { keepAlive: all.keepAlive } : undefined), // `undefined` says that there is to be none
    ...('onEndSignal' in all ? { onEndSignal: all.onEndSignal } : undefined),
  }
}

/** The world of a runtime that was given none. */
export const systemWorld: World = createWorld()
