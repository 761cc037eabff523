import { storeContract } from '@refold/testing'
import { describe, test } from 'vitest'
import { nodeSqliteDriver } from './driver/node-sqlite.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

/** Every driver that this Node has. */
const drivers = nodeSqliteDriver() === undefined ? (['better-sqlite3'] as const) : (['node:sqlite', 'better-sqlite3'] as const)

for (const driver of drivers) {
  const open = () => {
    const { file, remove } = scratchDirectory()
    return { connect: () => sqliteStore(file, { driver }), dispose: remove }
  }
  storeContract({ name: `the sqlite store on ${driver}`, open, describe, test })
}
