/** A logger for those who brought none: one line each, on stderr. */
import { printable } from './printable.js'
import type { Logger } from './world.js'

/** Writes nothing of the library's own below `warn`: it is silent while all is well. `info` is what charts `log`. */
export const consoleLogger: Logger = {
  log(level, message, facts) {
    if (level === 'debug') return
    const line = `refold: ${level}: ${message}${facts === undefined ? '' : ` ${factsAsText(facts)}`}`
    const shown = printable(line)
    if (level === 'error') console.error(shown)
    else console.warn(shown)
  },
}

/** Facts may hold what JSON cannot say; a log line must not throw. */
function factsAsText(facts: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(facts, asText)
  } catch {
    return '(facts that are not JSON)'
  }
}

/** Of an error its name and message alone: what its own `toJSON` tells may hold the key that a request was sent with. */
function asText(this: unknown, key: string, value: unknown): unknown {
  const given = (this as { readonly [key: string]: unknown })[key]
  if (typeof given === 'bigint') return String(given)
  return given instanceof Error ? `${given.name}: ${given.message}` : value
}
