/** Errors that say nothing of the input. */
import type { RefoldError } from '../errors.js'

const TROUBLE: ReadonlySet<string> = new Set(['NEEDS_MIGRATION', 'NEWER_FORMAT', 'INVARIANT', 'QUEUE_FULL'])

/**
 * Not the message's fault: it is not refused but tried again. Where too many early events are kept, what comes behind it may
 * be what they wait for.
 */
export function isTrouble({ code, facts }: RefoldError): boolean {
  return TROUBLE.has(code) && facts['deferred'] === undefined
}
