/** The stores that the named interleavings run on: one row each. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryLog, memoryStore } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import type { DevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { afterAll } from 'vitest'
import type { BackingFactory } from '../simulation/simulated-disk.js'

export interface BackingRow {
  readonly name: string
  readonly backing: BackingFactory
  /** Commits reach the disk one by one, or go over the wire. */
  readonly slow: boolean
  /** Of the random runs that memory has. */
  readonly share: number
}

export const BACKINGS: readonly BackingRow[] = [
  {
    name: 'memory',
    slow: false,
    share: 1,
    backing: () => {
      const log = memoryLog()
      return { open: () => memoryStore(log), dispose: () => undefined }
    },
  },
  {
    name: 'sqlite',
    slow: true,
    share: 1 / 20,
    backing: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'refold-simulation-'))
      return {
        open: () => sqliteStore(join(directory, 'agents.db')),
        dispose: () => rm(directory, { recursive: true, force: true }),
      }
    },
  },
  {
    name: 'eventstoredb',
    slow: true,
    share: 1 / 100,
    backing: async () => {
      server ??= startDevServer({ port: 0, projections: false })
      const { connectionString } = await server
      const prefix = `${randomUUID().slice(0, 8)}.`
      return { open: () => eventStoreDBStore({ connectionString, prefix }), dispose: () => undefined }
    },
  },
]

/** One for all scenes of a file: each has a prefix of its own. */
let server: Promise<DevServer> | undefined
afterAll(async () => (await server)?.close())
