/** Directories for the file and its locks. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes what is missing, step by step: Node's own `recursive` never returns where a directory can be seen to be missing
 * and cannot be made, as below `/proc`. Gives the system's error where it is not there afterwards.
 */
export function makeDirectory(path: string): Error | undefined {
  if (existsSync(path)) return undefined
  const parent = dirname(path)
  const trouble = parent === path ? undefined : makeDirectory(parent)
  try {
    mkdirSync(path)
    return undefined
  } catch (error) {
    return existsSync(path) ? undefined : (trouble ?? (error as Error))
  }
}
