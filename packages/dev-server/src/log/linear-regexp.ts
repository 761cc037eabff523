/**
 * A regular expression that came from outside, run by an engine without backtracking (RE2): its time grows with the text
 * and the expression, never worse, so that nothing needs to be cut off by a clock.
 *
 * What takes long is done in turns, one piece at a time for all callers, with the server's other work in between.
 */
import { setImmediate } from 'node:timers/promises'
import { RefoldError } from '@refold/core/store'
import { RE2JS, RE2JSSyntaxException } from 're2js'

const LONGEST_SOURCE = 1_000
/** Steps that one letter of a text can take. */
const LARGEST_PROGRAM = 1_000
const TURN_MS = 10
const KEPT_VERDICTS = 10_000

/** What RE2 says of syntax that other engines know. */
const UNSUPPORTED = new Set([
  'invalid or unsupported Perl syntax',
  'invalid escape sequence',
  'invalid named capture',
  'invalid repeat count',
])

/** An anchored text without special letters: the most common filter. */
const ANCHORED_TEXT = /^\^((?:[\w\- %@:,/=~]|\\[^\w\s])*)$/

export class LinearRegExp {
  readonly #test: (text: string) => boolean
  /** Names and types come again and again. */
  readonly #verdicts = new Map<string, boolean>()
  readonly #isInstant: boolean

  /** Throws `INVALID_INPUT` for what is no regular expression, or one that RE2 does not have; `TOO_LARGE`. */
  constructor(source: string) {
    if (source.length > LONGEST_SOURCE) throw tooLarge(source, `has more than ${LONGEST_SOURCE} characters`)
    const [, anchored] = ANCHORED_TEXT.exec(source) ?? []
    const prefix = anchored?.replaceAll(/\\(.)/g, '$1')
    this.#isInstant = prefix !== undefined
    this.#test = prefix === undefined ? compiled(source) : (text) => text.startsWith(prefix)
  }

  /** Which of the texts match. */
  async test(texts: readonly string[]): Promise<readonly boolean[]> {
    if (this.#isInstant) return texts.map(this.#test)
    const unknown = new Set(texts.filter((text) => !this.#verdicts.has(text)))
    if (unknown.size === 0) return texts.map((text) => this.#verdicts.get(text) === true)
    const verdicts = await this.#judge([...unknown])
    return texts.map((text) => verdicts.get(text) ?? this.#verdicts.get(text) === true)
  }

  async #judge(texts: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
    const verdicts = new Map<string, boolean>()
    let turnEnds = 0
    for (const text of texts) {
      if (performance.now() >= turnEnds) {
        await nextTurn()
        turnEnds = performance.now() + TURN_MS
      }
      verdicts.set(text, this.#test(text))
    }
    this.#remember(verdicts)
    return verdicts
  }

  #remember(verdicts: ReadonlyMap<string, boolean>): void {
    for (const [text, verdict] of verdicts) {
      if (this.#verdicts.size >= KEPT_VERDICTS) this.#verdicts.delete(this.#verdicts.keys().next().value ?? '')
      this.#verdicts.set(text, verdict)
    }
  }
}

let lastTurn: Promise<void> = Promise.resolve()

/** Resolves when those who asked before had a turn, and what else waits was done. */
function nextTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => setImmediate())
  return lastTurn
}

function compiled(source: string): (text: string) => boolean {
  if (hasNamedBackReference(source)) throw unsupported(source, '\\k')
  const expression = parsed(source)
  if (expression.programSize() > LARGEST_PROGRAM) throw tooLarge(source, 'repeats too much')
  return (text) => expression.test(text)
}

function parsed(source: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source))
  } catch (cause) {
    if (!(cause instanceof RE2JSSyntaxException)) throw cause
    if (UNSUPPORTED.has(cause.getDescription())) throw unsupported(source, cause.getPattern() ?? '')
    throw new RefoldError('INVALID_INPUT', `${named(source)} cannot be read`, { cause })
  }
}

/** The engine would take it for plain letters. */
function hasNamedBackReference(source: string): boolean {
  return source.replaceAll(/\\[^k]/g, '').includes('\\k')
}

function unsupported(source: string, part: string): RefoldError {
  return new RefoldError(
    'INVALID_INPUT',
    `${named(source)} has ${part}, which this server's engine (RE2) does not take`,
    {
      hint: 'Write it without look-around, back-references and repetitions beyond 1000, or filter by prefixes.',
      facts: { unsupported: part },
    },
  )
}

function tooLarge(source: string, reason: string): RefoldError {
  return new RefoldError('TOO_LARGE', `${named(source)} ${reason}`, { hint: 'Filter by prefixes.' })
}

function named(source: string): string {
  return `the regular expression ${source.slice(0, 200)}`
}
