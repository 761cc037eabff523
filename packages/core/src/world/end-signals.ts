/**
 * SIGINT, SIGTERM and SIGHUP, where there is a process that gets them: what has registered here releases, then the process ends as it
 * would have without.
 *
 * Invariants: there is one listener a signal, and none when nothing has registered; a program that listens itself ends by itself, and
 * what it began of its own by then is joined; a second signal ends at once. A program that listens to SIGHUP means
 * something else by it, as to read its configuration again: nothing is released then.
 */
import type { OnEndSignal } from './world.js'

type Release = Parameters<OnEndSignal>[0]

/** What is used of Node's `process`; a browser has none. */
interface SignalledProcess {
  readonly pid: number
  prependListener(signal: string, listener: (signal: string) => void): unknown
  removeListener(signal: string, listener: (signal: string) => void): unknown
  listenerCount(signal: string): number
  kill(pid: number, signal: string): unknown
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

class EndSignals {
  readonly #process: SignalledProcess
  readonly #releases = new Set<Release>()
  #isEnding = false

  constructor(process: SignalledProcess) {
    this.#process = process
  }

  add(release: Release): () => void {
    if (this.#releases.size === 0) for (const signal of SIGNALS) this.#process.prependListener(signal, this.#received)
    this.#releases.add(release)
    return () => {
      if (!this.#releases.delete(release) || this.#releases.size > 0 || this.#isEnding) return
      this.#stopListening()
    }
  }

  readonly #received = (signal: string): void => {
    const isAlone = this.#process.listenerCount(signal) === 1
    if (signal === 'SIGHUP' && !isAlone) return
    if (!this.#isEnding) void this.#end(signal, isAlone)
    else if (isAlone) this.#die(signal)
  }

  async #end(signal: string, isAlone: boolean): Promise<void> {
    this.#isEnding = true
    await Promise.resolve() // the program's own listeners come first
    await Promise.allSettled([...this.#releases].map((release) => release(signal)))
    this.#isEnding = false
    if (isAlone) this.#die(signal)
    else this.#stopListening()
  }

  #die(signal: string): void {
    this.#stopListening()
    this.#process.kill(this.#process.pid, signal)
  }

  #stopListening(): void {
    this.#releases.clear()
    for (const signal of SIGNALS) this.#process.removeListener(signal, this.#received)
  }
}

const { process } = globalThis as { readonly process?: Partial<SignalledProcess> }

/** Of the system's world; `undefined` where no signals come. */
export const systemEndSignals: OnEndSignal | undefined = listenerOf(process)

function listenerOf(found: Partial<SignalledProcess> | undefined): OnEndSignal | undefined {
  if (typeof found?.prependListener !== 'function' || typeof found.kill !== 'function') return undefined
  const signals = new EndSignals(found as SignalledProcess) // a process that has these has the others
  return (release) => signals.add(release)
}
