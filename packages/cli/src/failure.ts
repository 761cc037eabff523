/** How an error is shown: what happened, where, and what to do. */
import { styleText } from 'node:util'
import { isRefoldError, printableLines } from '@refold/core/store'

export interface ShowOptions {
  /** As one line of JSON. */
  readonly json: boolean
  /** Colours, where the stream takes them. */
  readonly color: boolean
}

export function showFailure(error: unknown, { json, color }: ShowOptions): string {
  const { code, message, hint } = shownParts(partsOf(error))
  if (json) return JSON.stringify({ error: { code, message, ...(hint === undefined ? undefined : { hint }) } })
  const head = `error[${code}]`
  const lines = [`${color ? styleText('red', head) : head} ${message}`]
  if (hint !== undefined) lines.push(`  ${hint}`)
  return lines.join('\n')
}

/** Passwords stay unsaid, whatever put the address into the text; and a terminal is only shown things. */
function shownParts({ code, message, hint }: Parts): Parts {
  return { code, message: shown(message), hint: hint === undefined ? undefined : shown(hint) }
}

function shown(text: string): string {
  return printableLines(withoutPasswords(text))
}

interface Parts {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

/** `http://user:secret@host` as `http://user:***@host`. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/{1,2}[^\s/:@]*):[^\s/@]*@/g, '$1:***@')
}

function partsOf(error: unknown): Parts {
  if (isRefoldError(error)) return error
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'INVARIANT', message, hint: 'This is a defect of Refold, or of the code of your configuration.' }
}
