/** The runtime's log: an observer like any other, which writes what is worth a line. */
import type { RuntimeObserver } from '../../public/runtime-event.js'
import type { Logger } from '../../world/world.js'
import { isPowerOfTwo } from '../../world/backoff.js'

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
