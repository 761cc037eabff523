/** The question before something that many agents, or money, depend on. */
import { once } from 'node:events'
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
  if (await saysYes(`${printableLines(what)}? [y/N] `, { input: process.stdin, output: process.stderr })) return
  throw new RefoldError('ABORTED', 'nothing was done')
}

/** Asks at a terminal. One who leaves by Ctrl+C or Ctrl+D, or whose terminal goes, has not said yes. */
export async function saysYes(
  question: string,
  { input, output }: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
): Promise<boolean> {
  const terminal = createInterface({ input, output, terminal: true })
  const left = once(terminal, 'close').then(() => undefined)
  const answer = await Promise.race([terminal.question(question).catch(() => undefined), left])
  terminal.close()
  if (answer === undefined) output.write('\n')
  return answer !== undefined && /^y(es)?$/i.test(answer.trim())
}
