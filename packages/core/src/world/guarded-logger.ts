/** A logger of someone else's, kept from harming what it is told of. */
import { callUser } from './call-user.js'
import { consoleLogger } from './console-logger.js'
import type { Logger } from './world.js'

/** Never throws. A line that the logger does not take goes to stderr. */
export function guardedLogger(logger: Logger): Logger {
  return {
    log(level, message, facts) {
      callUser(
        () => logger.log(level, message, facts),
        () => consoleLogger.log(level, message, facts),
      )
    },
  }
}
