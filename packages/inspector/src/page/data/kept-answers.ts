/** Answers that were given are given again: those that last are kept, and what is on its way is asked for once. */
import { LASTING } from './questions.js'
import type { Answer, Ask, QuestionName } from './questions.js'
import type { DataSource } from './source.js'

const KEPT = 400

/** Told of each answer that really came, and of each that did not. */
export interface KeptAnswersOptions {
  readonly onWell: () => void
  readonly onError: (error: unknown) => void
}

export class KeptAnswers {
  readonly #source: DataSource
  readonly #options: KeptAnswersOptions
  /** The oldest first. */
  readonly #kept = new Map<string, unknown>()
  readonly #asked = new Map<string, Promise<unknown>>()

  constructor(source: DataSource, options: KeptAnswersOptions) {
    this.#source = source
    this.#options = options
  }

  /** What is known already. */
  known<N extends QuestionName>(name: N, ask: Ask<N>): Answer<N> | undefined {
    return this.#kept.get(keyOf(name, ask)) as Answer<N> | undefined
  }

  ask<N extends QuestionName>(name: N, ask: Ask<N>): Promise<Answer<N>> {
    const key = keyOf(name, ask)
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#keep(key, kept)
      return Promise.resolve(kept as Answer<N>)
    }
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked as Promise<Answer<N>>
    const answer = this.#answer(name, ask).finally(() => this.#asked.delete(key))
    this.#asked.set(key, answer)
    return answer
  }

  async #answer<N extends QuestionName>(name: N, ask: Ask<N>): Promise<Answer<N>> {
    try {
      const value = await this.#source.ask(name, ask)
      if (LASTING.has(name)) this.#keep(keyOf(name, ask), value)
      this.#options.onWell()
      return value
    } catch (error) {
      this.#options.onError(error)
      throw error
    }
  }

  /** So that it is there when it is asked for. */
  prefetch<N extends QuestionName>(name: N, ask: Ask<N>): void {
    this.ask(name, ask).catch(() => {}) // the one who asks for it is told
  }

  #keep(key: string, value: unknown): void {
    this.#kept.delete(key)
    this.#kept.set(key, value)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break
      this.#kept.delete(oldest)
    }
  }
}

function keyOf(name: string, ask: object): string {
  return `${name} ${JSON.stringify(ask)}`
}
