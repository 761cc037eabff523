/** What one effect passed to run its body, and what it holds meanwhile: what the gates gave it, and one timer. */
import { withCode } from '../../errors.js'
import { setLongTimer } from '../../world/long-timer.js'
import type { CancelTimer } from '../../world/world.js'
import { Passage } from '../limits/gates.js'
import type { GatedEffect, PassageOptions, Waiting } from '../limits/gates.js'
import type { EffectsContext } from './effects-context.js'
import { watchLateBody } from './late-body.js'

export class Admission {
  readonly #effect: GatedEffect
  readonly #runtime: EffectsContext
  #passage: Passage | undefined
  #cancelTimer: CancelTimer | undefined

  constructor(effect: GatedEffect, runtime: EffectsContext) {
    this.#effect = effect
    this.#runtime = runtime
  }

  get waiting(): Waiting | undefined {
    return this.#passage?.waiting
  }

  /** Passes the gates; all of them may be passed at once. */
  enter(told: Pick<PassageOptions, 'isWanted' | 'passed' | 'left'>): void {
    const { gates, world } = this.#runtime
    const passed = (): void => this.#begin(told.passed)
    this.#passage = new Passage(this.#effect, { gates, clock: world.clock, ...told, passed })
    this.#passage.begin()
  }

  /** A timer, or the end of another body, may have opened the last gate: what is thrown here concerns this agent alone. */
  #begin(passed: () => void): void {
    const { cell, src } = this.#effect
    try {
      passed()
    } catch (error) {
      cell.stop(withCode(error, `effect ${src} of ${cell.stream} could not begin`))
    }
  }

  /** Calls back when the body has run for as long as its policy lets it. */
  limit(timedOut: () => void): void {
    const { timeoutMs } = this.#effect.policy
    if (timeoutMs !== undefined) this.#cancelTimer = setLongTimer(this.#runtime.world.clock, timedOut, timeoutMs)
  }

  noLimit(): void {
    this.#cancelTimer?.()
  }

  /** E5: the body was stopped, or its time is over, and it has not ended: what it holds it holds until then. */
  leaveWith(ended: Promise<void>): void {
    this.#cancelTimer?.()
    const passage = this.#passage
    this.#passage = undefined
    const cancel = watchLateBody(this.#runtime, this.#effect)
    void ended.then(() => {
      cancel?.()
      passage?.leave()
    })
  }

  /** Nothing is held or waited for any more. */
  leave(): void {
    this.#cancelTimer?.()
    this.#passage?.leave()
  }
}
