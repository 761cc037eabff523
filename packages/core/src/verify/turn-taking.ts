/** Long work that no input or output interrupts lets others have their turn of the event loop: a signal, a timer. */
import { pause } from '../world/pause.js'
import { systemClock } from '../world/system-world.js'

const TURN_MS = 20

export class TurnTaking {
  #until = systemClock.monotonicNow() + TURN_MS

  /** Resolves at once, until the turn is over. */
  yield(): Promise<void> | undefined {
    if (systemClock.monotonicNow() < this.#until) return undefined
    return pause(0, { clock: systemClock }).then(() => {
      this.#until = systemClock.monotonicNow() + TURN_MS
    })
  }
}
