/** Opens the store that the command works on. Store packages are loaded only when they are needed. */
import { isRefoldError, RefoldError } from '@refold/core'
import type { Store } from '@refold/core'
import type { RefoldConfig } from './define-config.js'

const DEFAULT_FILE = 'refold.db'

/** The named file wins over the configuration. Rejects with what the store says, else with `INVALID_CONFIG`. */
export async function openStore(config: Pick<RefoldConfig, 'store'>, file: string | undefined): Promise<Store> {
  if (file === undefined && config.store !== undefined) return configured(config.store)
  const { sqliteStore } = await import('@refold/sqlite')
  return sqliteStore(file ?? DEFAULT_FILE)
}

async function configured(open: NonNullable<RefoldConfig['store']>): Promise<Store> {
  try {
    return await open()
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    const message = `the configuration's \`store\` threw: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new RefoldError('INVALID_CONFIG', message, { cause })
  }
}
