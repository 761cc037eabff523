/** How an error is shown: what happened, where, and what to do. */
import { styleText } from 'node:util'
import { isRefoldError } from '@refold/core'

export interface ShowOptions {
  /** As one line of JSON. */
  readonly json: boolean
  /** Colours, where the stream takes them. */
  readonly color: boolean
}

export function showFailure(error: unknown, { json, color }: ShowOptions): string {
  const { code, message, hint } = partsOf(error)
  if (json) return JSON.stringify({ error: { code, message, ...(hint === undefined ? undefined : { hint }) } })
  const head = `error[${code}]`
  const lines = [`${color ? styleText('red', head) : head} ${message}`]
  if (hint !== undefined) lines.push(`  ${hint}`)
  return lines.join('\n')
}

function partsOf(error: unknown): {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
} {
  if (isRefoldError(error)) return error
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'INVARIANT', message, hint: 'This is a defect of Refold, or of the code of your configuration.' }
}
