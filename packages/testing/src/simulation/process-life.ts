/**
 * Whether a simulated process runs, is stopped (SIGSTOP) or dead (SIGKILL), and the gate through which everything
 * from outside reaches it.
 *
 * Invariants: nothing is delivered to a dead process, not even what was on its way; what arrives at a stopped one
 * waits, in order, and is delivered when it goes on.
 */
export type LifeState = 'running' | 'stopped' | 'dead'

/** The gate of one incarnation of a process. */
export class ProcessLife {
  #state: LifeState = 'running'
  #waiting: (() => void)[] = []
  readonly #onDeath: (() => void)[] = []

  get state(): LifeState {
    return this.#state
  }

  get dead(): boolean {
    return this.#state === 'dead'
  }

  /** Runs it now, when the process goes on, or never. */
  deliver(callback: () => void): void {
    if (this.#state === 'running') callback()
    else if (this.#state === 'stopped') this.#waiting.push(callback)
  }

  /** Runs at death, whatever the process is doing. */
  onDeath(callback: () => void): void {
    if (this.dead) callback()
    else this.#onDeath.push(callback)
  }

  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped'
  }

  continue(): void {
    if (this.#state !== 'stopped') return
    this.#state = 'running'
    const waiting = this.#waiting
    this.#waiting = []
    for (const callback of waiting) this.deliver(callback)
  }

  kill(): void {
    if (this.dead) return
    this.#state = 'dead'
    this.#waiting = []
    for (const callback of this.#onDeath.splice(0)) callback()
  }
}

/** What a dead process waits for: it never comes. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined)
}
