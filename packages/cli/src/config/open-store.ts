/** Opens the store that the command works on. Store packages are loaded only when they are needed. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isRefoldError, RefoldError } from '@refold/core'
import type { Store } from '@refold/core'
import type { RefoldConfig } from './define-config.js'

const DEFAULT_FILE = 'refold.db'

/** The named file wins over the configuration. Rejects with what the store says, else with `INVALID_CONFIG`. */
export async function openStore(
  config: Pick<RefoldConfig, 'store'>,
  file: string | undefined,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): Promise<Store> {
  if (file === undefined && config.store !== undefined) return configured(config.store)
  if (mustExist && !existsSync(file ?? DEFAULT_FILE)) {
    const hint = 'Name the file with --store. `refold start` and `refold up` make a new one.'
    throw new RefoldError('INVALID_INPUT', `there is no file ${resolve(file ?? DEFAULT_FILE)}`, { hint })
  }
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
