/** The runtime's own observers: its log, and the user's `onReport` and `onTakeover`. */
import type { Report } from '../../public/report.js'
import type { RuntimeObserver } from '../../public/runtime-event.js'
import type { TakenOver } from '../../public/taken-over.js'
import { isPowerOfTwo } from '../../world/backoff.js'
import { callUser } from '../../world/call-user.js'
import type { Logger } from '../../world/world.js'

/** Writes what is worth a line. */
export function logObserver(logger: Logger): RuntimeObserver {
  return (event) => {
    switch (event.kind) {
      case 'notice':
        return logger.log(event.level, event.message, event.facts)
      case 'unknown': {
        const { stream, tries, error } = event
        const message = `it is unknown whether an append to ${stream} was stored; it is repeated`
        return logger.log('warn', message, { tries, error })
      }
      case 'rejected': {
        const { stream, times, error } = event
        if (isPowerOfTwo(times)) logger.log('warn', `the store rejected an append to ${stream}`, { error, times })
        return
      }
      case 'failed': {
        const { stream, error } = event
        if (error.code !== 'CLOSED') logger.log('error', `agent ${stream} is stopped here: ${error.message}`, { error })
        return
      }
      case 'lag':
        return logger.log('warn', `an observer was too slow and missed ${event.dropped} events`, {
          observer: event.observer,
        })
      default:
    }
  }
}

export interface Listeners {
  readonly onReport: ((report: Report) => unknown) | undefined
  readonly onTakeover: ((taken: TakenOver) => unknown) | undefined
}

/** Tells the one as often as the other happens: neither waits for a promise that it returned before. */
export function reportingObserver(
  { onReport, onTakeover }: Listeners,
  failed: (name: string, error: unknown) => void,
): RuntimeObserver {
  const call = (name: string, listener: () => unknown): void => callUser(listener, (error) => failed(name, error))
  return (event) => {
    if (event.kind === 'report') call('onReport', () => onReport?.(event.report))
    if (event.kind === 'takeover') call('onTakeover', () => onTakeover?.(event.taken))
  }
}
