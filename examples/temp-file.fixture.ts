/** A place for one test's store file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A path in a new directory that is deleted when the test has ended. */
export function tempFile(name = 'agents.db'): string {
  const directory = mkdtempSync(join(tmpdir(), 'refold-example-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, name)
}
