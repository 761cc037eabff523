/** A directory of its own for a test's files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ScratchDirectory {
  readonly path: string
  readonly file: string
  readonly remove: () => void
}

export function scratchDirectory(): ScratchDirectory {
  const path = mkdtempSync(join(tmpdir(), 'refold-sqlite-'))
  return { path, file: join(path, 'agents.db'), remove: () => rmSync(path, { recursive: true, force: true }) }
}
