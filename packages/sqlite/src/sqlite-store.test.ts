import { storeContract } from '@refold/testing'
import { describe, test } from 'vitest'
import { installedDrivers } from './installed-drivers.fixture.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const KINDS = installedDrivers().flatMap((driver) => [
  { name: `the sqlite store on ${driver.name}`, options: { driver } },
  {
    name: `the sqlite store on ${driver.name}, synced in the background`,
    options: { driver, sync: 'background' } as const,
  },
])

for (const { name, options } of KINDS) {
  const open = () => {
    const { file, remove } = scratchDirectory()
    return { connect: () => sqliteStore(file, options), dispose: remove }
  }
  storeContract({ name, open, describe, test })
}
