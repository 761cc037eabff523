import { storeContract } from '@refold/testing'
import { describe, test } from 'vitest'
import { installedDrivers } from './installed-drivers.fixture.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

for (const driver of installedDrivers()) {
  const open = () => {
    const { file, remove } = scratchDirectory()
    return { connect: () => sqliteStore(file, { driver }), dispose: remove }
  }
  storeContract({ name: `the sqlite store on ${driver.name}`, open, describe, test })
}
