/** The stores that the named interleavings run on: one row each. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryLog, memoryStore } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { BackingFactory } from '../simulation/simulated-disk.js'

export interface BackingRow {
  readonly name: string
  readonly backing: BackingFactory
  /** Commits reach the disk one by one: fewer random runs. */
  readonly slow: boolean
}

export const BACKINGS: readonly BackingRow[] = [
  {
    name: 'memory',
    slow: false,
    backing: () => {
      const log = memoryLog()
      return { open: () => memoryStore(log), dispose: () => undefined }
    },
  },
  {
    name: 'sqlite',
    slow: true,
    backing: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'refold-simulation-'))
      return {
        open: () => sqliteStore(join(directory, 'agents.db')),
        dispose: () => rm(directory, { recursive: true, force: true }),
      }
    },
  },
]
