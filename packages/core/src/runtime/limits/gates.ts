/**
 * What an effect passes before its body begins: an ordered list of gates. Each may let it wait, and says in words for what.
 *
 * Invariants: the gates are passed one after the other, in their order; after each that let it wait it is looked whether the
 * effect is still wanted; who leaves gives back whatever it was handed on the way, once.
 */
import type { EffectPolicy } from '../../definition/internals.js'
import type { EffectId } from '../../record/state-document.js'
import type { Clock } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'

/** An effect before a gate. */
export interface GatedEffect {
  readonly cell: AgentCell
  readonly id: EffectId
  readonly src: string
  readonly policy: EffectPolicy
  /** What this worker knows of the agent: read to its end when the lease had lapsed so often. */
  readonly known: { lapses: number }
}

/** Gives back what a gate handed out; called at most once. */
export type GiveBack = () => void

/** Lets an effect pass at once, or later. */
export interface Gate {
  readonly name: string
  /** Why an effect stands before it: "waits for a slot of `draft`". */
  reason(effect: GatedEffect): string
  /** Whether the effect passes right now, and is handed nothing: most do. Changes nothing. */
  isOpen(effect: GatedEffect): boolean
  /** Where it is not open: calls `pass` once, as soon as the effect may go on, with what is to be given back in the end. Returns how to leave before that. */
  enter(effect: GatedEffect, pass: (giveBack?: GiveBack) => void): () => void
}

/** What an effect waits for, and since when by the monotonic clock. */
export interface Waiting {
  readonly gate: string
  readonly reason: string
  readonly since: number
}

export interface PassageOptions {
  readonly gates: readonly Gate[]
  readonly clock: Clock
  /** Asked before the first gate, and after each that did not stand open; `false`: the effect leaves. */
  readonly isWanted: () => boolean
  /** All gates are passed. */
  readonly passed: () => void
  /** It was not wanted any more; everything is given back. */
  readonly left: () => void
}

/** One effect's way through the gates. */
export class Passage {
  readonly #effect: GatedEffect
  readonly #options: PassageOptions
  readonly #given: GiveBack[] = []
  #waiting: Waiting | undefined
  #leaveGate: (() => void) | undefined
  #isOver = false

  constructor(effect: GatedEffect, options: PassageOptions) {
    this.#effect = effect
    this.#options = options
  }

  /** Before which gate it stands; `undefined`: before none. */
  get waiting(): Waiting | undefined {
    return this.#waiting
  }

  /** Goes as far as it may. */
  begin(): void {
    this.#enter(0)
  }

  /** Gives everything back, and leaves whatever it waits for. Again does nothing. */
  leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#waiting = undefined
    this.#leaveGate?.()
    this.giveBack()
  }

  /** Gives back what it holds; the body that goes on does so without. */
  giveBack(): void {
    for (const giveBack of this.#given.splice(0)) giveBack()
  }

  #enter(first: number): void {
    if (this.#isOver) return
    const { gates, isWanted, passed, left } = this.#options
    if (!isWanted()) {
      this.leave()
      return left()
    }
    for (let index = first; index < gates.length; index++) {
      const gate = gates[index] as Gate // within the list
      if (!gate.isOpen(this.#effect)) return this.#waitBefore(gate, () => this.#enter(index + 1))
    }
    passed()
  }

  #waitBefore(gate: Gate, goOn: () => void): void {
    let isPassed = false
    const leaveGate = gate.enter(this.#effect, (giveBack) => {
      isPassed = true
      this.#waiting = undefined
      this.#leaveGate = undefined
      if (giveBack !== undefined) this.#given.push(giveBack)
      if (this.#isOver) this.giveBack()
      else goOn()
    })
    if (isPassed || this.#isOver) return
    this.#leaveGate = leaveGate
    this.#waiting = {
      gate: gate.name,
      reason: gate.reason(this.#effect),
      since: this.#options.clock.monotonicNow(),
    }
  }
}
