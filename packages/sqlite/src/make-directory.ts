/** Directories for the file and its locks. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes what is missing, step by step: Node's own `recursive` never returns where a directory can be seen to be missing
 * and cannot be made, as below `/proc`. What fails here fails again, with a better error, for the one who uses the path.
 */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent)
  try {
    mkdirSync(path)
  } catch {}
}
