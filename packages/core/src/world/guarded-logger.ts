/** A logger of someone else's, kept from harming what it is told of. */
import { consoleLogger } from './console-logger.js'
import type { Logger } from './world.js'

/** Never throws. A line that the logger does not take goes to stderr. */
export function guardedLogger(logger: Logger): Logger {
  return {
    log(level, message, facts) {
      const toStderr = (): void => consoleLogger.log(level, message, facts)
      try {
        const told: unknown = logger.log(level, message, facts)
        if (told instanceof Promise) told.catch(toStderr)
      } catch {
        toStderr()
      }
    },
  }
}
