/** Opens the store that the command works on. Store packages are loaded only when they are needed. */
import type { Store } from '@refold/core'
import type { RefoldConfig } from './define-config.js'

const DEFAULT_FILE = 'refold.db'

/** The named file wins over the configuration. Rejects with what the store says. */
export async function openStore(config: Pick<RefoldConfig, 'store'>, file: string | undefined): Promise<Store> {
  if (file === undefined && config.store !== undefined) return config.store()
  const { sqliteStore } = await import('@refold/sqlite')
  return sqliteStore(file ?? DEFAULT_FILE)
}
