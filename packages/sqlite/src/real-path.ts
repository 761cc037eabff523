/** SQLite follows links: what belongs to a file stands beside the file itself, whatever link it was opened by. */
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'

/** Absolute, without links; of a file that is not there only absolute. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
