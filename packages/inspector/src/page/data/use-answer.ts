/** An answer in a component: what was shown stays until the next one is there, and the newest wish wins. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { CodedError } from '../../contract/answer.js'
import { answers, recoveries } from '../state/session.js'
import type { KeptAnswers } from './kept-answers.js'
import type { Answer, Ask, QuestionName } from './questions.js'
import { codedOf } from './source.js'

export interface Answered<N extends QuestionName> {
  /** The newest that came; of an older question while the next is on its way. */
  readonly value?: Answer<N>
  /** What `value` answers. */
  readonly of?: Ask<N>
  readonly error?: CodedError
  readonly isPending: boolean
}

export interface UseAnswerOptions {
  /** Asks again when it changes. */
  readonly version?: unknown
}

/** `undefined`: nothing is asked, and nothing is shown. */
export function useAnswer<N extends QuestionName>(
  name: N,
  ask: Ask<N> | undefined,
  { version }: UseAnswerOptions = {},
): Answered<N> {
  const [answered, setAnswered] = useState<Answered<N>>({ isPending: true })
  const asker = useRef<Asker<N> | undefined>(undefined)
  const source = answers.value
  asker.current ??= new Asker<N>(name, setAnswered)
  const key = ask === undefined ? undefined : JSON.stringify(ask)
  useEffect(() => {
    asker.current?.want(source, ask)
  }, [source, key, version, recoveries.value])
  useEffect(() => () => asker.current?.stop(), [])
  const known = ask === undefined ? undefined : source?.known(name, ask)
  if (ask === undefined) return { isPending: false }
  return known === undefined ? answered : { value: known, of: ask, isPending: false }
}

interface Wish<N extends QuestionName> {
  readonly source: KeptAnswers
  readonly ask: Ask<N>
}

/** One question at a time: what is wanted while one is on its way is asked next, and only the newest of it. */
class Asker<N extends QuestionName> {
  readonly #name: N
  readonly #tell: (answered: Answered<N>) => void
  #wish: Wish<N> | undefined
  #isAsking = false
  #isStopped = false
  #last: { readonly value?: Answer<N>; readonly of?: Ask<N> } = {}

  constructor(name: N, tell: (answered: Answered<N>) => void) {
    this.#name = name
    this.#tell = tell
  }

  want(source: KeptAnswers | undefined, ask: Ask<N> | undefined): void {
    if (source === undefined || ask === undefined) {
      this.#wish = undefined
      this.#last = {}
      return
    }
    this.#wish = { source, ask }
    if (!this.#isAsking) void this.#askOn()
  }

  stop(): void {
    this.#isStopped = true
    this.#wish = undefined
  }

  async #askOn(): Promise<void> {
    this.#isAsking = true
    while (this.#wish !== undefined) {
      const { source, ask } = this.#wish
      this.#wish = undefined
      const told = await this.#answer(source, ask)
      if (this.#isStopped) return
      this.#tell({ ...told, isPending: this.#wish !== undefined })
    }
    this.#isAsking = false
  }

  async #answer(source: KeptAnswers, ask: Ask<N>): Promise<Omit<Answered<N>, 'isPending'>> {
    try {
      const value = await source.ask(this.#name, ask)
      this.#last = { value, of: ask }
      return this.#last
    } catch (error) {
      return { ...this.#last, error: codedOf(error) }
    }
  }
}
