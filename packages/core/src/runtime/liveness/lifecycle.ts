/** How far a runtime's life has come. Every part asks here. */
export type LifecyclePhase = 'open' | 'draining' | 'closing' | 'closed'

export class Lifecycle {
  #phase: LifecyclePhase = 'open'

  /** Goes forward only. */
  enter(phase: Exclude<LifecyclePhase, 'open'>): void {
    if (ORDER.indexOf(phase) > ORDER.indexOf(this.#phase)) this.#phase = phase
  }

  /** Nothing begins here any more. */
  get isClosing(): boolean {
    return this.#phase !== 'open'
  }
  /** `close` was called: nothing is taken any more. */
  get isShut(): boolean {
    return this.#phase === 'closing' || this.#phase === 'closed'
  }
  get isClosed(): boolean {
    return this.#phase === 'closed'
  }
}

const ORDER: readonly LifecyclePhase[] = ['open', 'draining', 'closing', 'closed']
