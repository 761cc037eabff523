/** The question before something that many agents, or money, depend on. */
import { createInterface } from 'node:readline/promises'
import { printableLines, RefoldError } from '@refold/core'

export interface ConfirmOptions {
  /** Said already: nothing is asked. */
  readonly yes?: boolean
}

/**
 * Shows what is to be done, and asks. Throws `INVALID_INPUT` where there is no one to ask, `ABORTED` on any answer but
 * yes: nothing was done then.
 */
export async function confirm(what: string, { yes = false }: ConfirmOptions): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new RefoldError('INVALID_INPUT', `${what}: there is no one to ask`, { hint: 'Say --yes to do it.' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${printableLines(what)}? [y/N] `)
  terminal.close()
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new RefoldError('ABORTED', 'nothing was done')
}
