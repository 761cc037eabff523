/** How far a runtime's life has come. Every part asks here. */
export type LifecyclePhase = 'open' | 'draining' | 'closing' | 'closed'

export class Lifecycle {
  #phase: LifecyclePhase = 'open'
  #isSilenced = false

  /** Goes forward only. */
  enter(phase: Exclude<LifecyclePhase, 'open'>): void {
    if (ORDER.indexOf(phase) > ORDER.indexOf(this.#phase)) this.#phase = phase
  }

  /** What actions of charts send is not taken any more: one that always sends again would keep its agent at work for ever. */
  silence(): void {
    this.#isSilenced = true
  }
  get isSilenced(): boolean {
    return this.#isSilenced
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
