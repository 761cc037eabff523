/** The drivers that this Node can load: better-sqlite3's binary is built for one major version. */
import type { SqliteDriver } from './driver/driver.js'
import { loadDriver } from './driver/load-driver.js'

export function installedDrivers(): readonly SqliteDriver[] {
  return (['node:sqlite', 'better-sqlite3'] as const).flatMap((choice) => {
    try {
      return [loadDriver(choice)]
    } catch {
      return []
    }
  })
}
