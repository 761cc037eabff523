/**
 * A regular expression that came from outside, run with a time limit: some expressions take centuries on thirty letters.
 *
 * It runs in a context of its own, which V8 can interrupt. An engine without backtracking would need no limit, but it
 * refuses look-aheads such as `^(?!\$)`, which the real server takes and its users write.
 */
import { createContext, Script, type Context } from 'node:vm'
import { RefoldError } from '@refold/core/store'

const LIMIT_MS = 100
const LONGEST_SOURCE = 4_000
const KEPT_VERDICTS = 10_000

const COMPILE = new Script('expression = new RegExp(source, flags)')
const TEST = new Script('texts.map((text) => expression.test(text))')

export class BoundedRegExp {
  readonly #source: string
  readonly #context: Context
  /** Names and types come again and again. */
  readonly #verdicts = new Map<string, boolean>()

  /** Throws `INVALID_INPUT` for what is no regular expression. */
  constructor(source: string) {
    const [, ignoresCase = '', body = ''] = /^(\(\?i\))?(.*)$/s.exec(source) ?? []
    this.#source = source
    this.#context = createContext(
      Object.assign(Object.create(null), { source: body, flags: ignoresCase && 'i', texts: [] }),
    )
    if (source.length > LONGEST_SOURCE) throw this.#refused(`has more than ${LONGEST_SOURCE} characters`)
    try {
      COMPILE.runInContext(this.#context, { timeout: LIMIT_MS })
    } catch (cause) {
      throw this.#refused('cannot be read', cause)
    }
  }

  /** Which of the texts match. Throws `TOO_LARGE` when it takes longer than is good for everyone else. */
  test(texts: readonly string[]): readonly boolean[] {
    const unknown = [...new Set(texts)].filter((text) => !this.#verdicts.has(text))
    if (unknown.length > 0) this.#judge(unknown)
    return texts.map((text) => this.#verdicts.get(text) === true)
  }

  #judge(texts: readonly string[]): void {
    if (this.#verdicts.size + texts.length > KEPT_VERDICTS) this.#verdicts.clear()
    this.#context['texts'] = texts
    try {
      const verdicts = TEST.runInContext(this.#context, { timeout: LIMIT_MS }) as readonly boolean[]
      for (const [index, text] of texts.entries()) this.#verdicts.set(text, verdicts[index] === true)
    } catch (cause) {
      throw new RefoldError('TOO_LARGE', `the regular expression ${this.#source} took longer than ${LIMIT_MS} ms`, {
        hint: 'Write it without nested repetitions, or filter by prefixes.',
        cause,
      })
    }
  }

  #refused(reason: string, cause?: unknown): RefoldError {
    return new RefoldError('INVALID_INPUT', `the regular expression ${this.#source.slice(0, 200)} ${reason}`, { cause })
  }
}
