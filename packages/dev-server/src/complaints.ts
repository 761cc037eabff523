/** What goes wrong inside, for who looks at the server's output: each thing once in a while, not for every append. */
import { isRefoldError, printable, printableLines } from '@refold/core/store'

const AGAIN_AFTER_MS = 10_000
/** Different ones that are remembered. */
const MOST_REMEMBERED = 1_000

/** Prints errors; the same one again only after ten seconds. */
export function complaints(print: (text: string) => void): (error: unknown) => void {
  const printed = new Map<string, number>()
  return (error) => {
    const text = complaintOf(error)
    const now = performance.now()
    if (now - (printed.get(text) ?? -Infinity) < AGAIN_AFTER_MS) return
    for (const [known, at] of printed) if (now - at >= AGAIN_AFTER_MS) printed.delete(known)
    if (printed.size >= MOST_REMEMBERED) printed.clear()
    printed.set(text, now)
    print(text)
  }
}

/** An error as lines for a terminal: what clients wrote into it is shown, and does nothing. */
export function complaintOf(error: unknown): string {
  if (!isRefoldError(error))
    return error instanceof Error ? printableLines(error.stack ?? error.message) : printable(String(error))
  const { code, message, hint } = error
  return `${code}: ${printable(message)}${hint === undefined ? '' : `\n${printableLines(hint)}`}`
}
