/** Rows of records in words, asked for in windows around what is seen. */
import { signal } from '@preact/signals'
import type { RecordRow } from '../../contract/agent.js'
import type { KeptAnswers } from '../data/kept-answers.js'

const WINDOW = 100
const KEPT = 40

export class RowWindows {
  /** Grows with each window that came. */
  readonly version = signal(0)
  readonly #answers: KeptAnswers
  readonly #agent: string
  readonly #windows = new Map<number, readonly RecordRow[]>()
  readonly #asked = new Map<number, number>()

  constructor(answers: KeptAnswers, agent: string) {
    this.#answers = answers
    this.#agent = agent
  }

  get(revision: number): RecordRow | undefined {
    const window = this.#windows.get(Math.floor(revision / WINDOW))
    return window?.find((row) => row.revision === revision)
  }

  /** `last`: the newest record; the window that it stands in grows. */
  want(revisions: Iterable<number>, last: number): void {
    for (const window of new Set(Array.from(revisions, (one) => Math.floor(one / WINDOW)))) void this.#ask(window, last)
  }

  async #ask(window: number, last: number): Promise<void> {
    const from = window * WINDOW
    const to = Math.min(from + WINDOW - 1, last)
    if ((this.#asked.get(window) ?? -1) >= to) return
    this.#asked.set(window, to)
    try {
      const rows = await this.#answers.ask('rows', { agent: this.#agent, from, to })
      if (to < (this.#windows.get(window)?.at(-1)?.revision ?? -1)) return // a later question was answered first
      this.#windows.delete(window)
      this.#windows.set(window, rows)
      for (const oldest of this.#windows.keys()) {
        if (this.#windows.size <= KEPT) break
        this.#windows.delete(oldest)
        this.#asked.delete(oldest)
      }
      this.version.value++
    } catch {
      this.#asked.delete(window) // the page says that the server does not answer; what is seen is asked again
    }
  }
}
