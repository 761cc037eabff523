/** What goes wrong inside, for who looks at the server's output: each thing once in a while, not for every append. */
import { isRefoldError } from '@refold/core/store'

const AGAIN_AFTER_MS = 10_000

/** Prints errors; the same one again only after ten seconds. */
export function complaints(print: (text: string) => void): (error: unknown) => void {
  const printed = new Map<string, number>()
  return (error) => {
    const text = textOf(error)
    const now = performance.now()
    if (now - (printed.get(text) ?? -Infinity) < AGAIN_AFTER_MS) return
    printed.clear() // so that it does not grow
    printed.set(text, now)
    print(text)
  }
}

function textOf(error: unknown): string {
  if (isRefoldError(error)) return `${error.code}: ${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
