/** Which parts of a test file never run: the arguments of `test.skip`, `describe.skip.each`, `test.todo` and their like. */
import { maskSource } from './mask-source.js'

/** From the first bracket on until behind the last. */
interface Part {
  readonly from: number
  readonly to: number
}

const NEVER = /\.\s*(?:(?:skip|todo)\b|skipIf(?=\s*\(\s*true\s*\))|runIf(?=\s*\(\s*false\s*\)))/g
/** The options of a test, right after its title. */
const NEVER_BY_OPTION = /^\s*,\s*\{[^{}]*\b(?:skip|todo):\s*true\b/

export class NeverRun {
  readonly #masked: string
  readonly #parts: readonly Part[]

  constructor(text: string) {
    this.#masked = maskSource(text)
    this.#parts = [...this.#masked.matchAll(NEVER)].flatMap(({ 0: word, index }) => this.#calledAt(index + word.length))
  }

  /** Whether a title is commented out. */
  isComment(title: Part): boolean {
    return this.#masked[title.from] === ' '
  }

  /** Whether no test of this title ever runs. */
  includes(title: Part): boolean {
    if (NEVER_BY_OPTION.test(this.#masked.slice(title.to))) return true
    return this.#parts.some(({ from, to }) => from <= title.from && title.from < to)
  }

  /** The calls of the chain that goes on here, as `.each(rows)(…)` does; none where a word is only named, as in `slow ? test.skip : test`. */
  #calledAt(start: number): readonly Part[] {
    let at = start
    for (;;) {
      const link = /^\s*(?:\.\s*[\w$]+|(?=[(`]))/.exec(this.#masked.slice(at))
      if (link === null) return at > start ? [{ from: start, to: at }] : []
      at += link[0].length
      if (this.#masked[at] === '(' || this.#masked[at] === '`') at = this.#behind(at)
    }
  }

  /** Behind the bracket or quote that closes the one here. */
  #behind(open: number): number {
    if (this.#masked[open] === '`') return this.#masked.indexOf('`', open + 1) + 1
    let depth = 0
    for (let at = open; at < this.#masked.length; at++) {
      if (this.#masked[at] === '(') depth++
      if (this.#masked[at] === ')' && --depth === 0) return at + 1
    }
    return this.#masked.length
  }
}
