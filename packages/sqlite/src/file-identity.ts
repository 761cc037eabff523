/**
 * Whether the path still names the file that is open. A deleted file can be written to as long as it is open, and is
 * gone with the process; a process that opens the path meanwhile makes another world.
 */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { RefoldError } from '@refold/core/store'

/** Throws `STORE_FATAL` unless the path names the file that it named when this was called. */
export function fileIdentity(path: string): () => void {
  const absolute = resolve(path)
  const opened = identityOf(absolute)
  return () => {
    const found = identityOf(absolute)
    if (found !== undefined && found === opened) return
    const what = found === undefined ? 'deleted' : 'replaced'
    throw new RefoldError('STORE_FATAL', `${absolute} was ${what} while it was open`, {
      hint: 'Nothing is stored any more. Stop all processes that use the file, put it back, and start them again.',
      facts: { file: absolute },
    })
  }
}

/** `undefined`: there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
