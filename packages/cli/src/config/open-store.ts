/** Opens the store that the command works on. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isRefoldError, RefoldError } from '@refold/core/store'
import type { Store } from '@refold/core/store'
import type { RefoldConfig } from './define-config.js'
import { hasServer, isAddress, storeFrom } from './store-from.js'

const DEFAULT_FILE = 'refold.db'

export interface OpenStoreOptions {
  /** A file that is not there is refused. */
  readonly mustExist?: boolean
  /** Of a file that is opened here, not by the configuration. */
  readonly readOnly?: boolean
}

/** What `--store` names wins over the configuration, and that over `REFOLD_ESDB_URL`. Rejects with what the store says, else with `INVALID_CONFIG`. */
export async function openStore(
  config: Pick<RefoldConfig, 'store'>,
  named: string | undefined,
  { mustExist = false, readOnly = false }: OpenStoreOptions = {},
): Promise<Store> {
  if (named === '')
    throw new RefoldError('INVALID_INPUT', '--store is empty', {
      hint: 'Is the variable set that it was to come from?',
    })
  if (named === undefined && config.store !== undefined) return configured(config.store)
  if (named === undefined ? hasServer() : isAddress(named)) return storeFrom(named ?? DEFAULT_FILE)
  const file = named ?? DEFAULT_FILE
  if (mustExist && !existsSync(file)) {
    const hint = 'Name the file with --store. `refold start` and `refold up` make a new one.'
    throw new RefoldError('INVALID_INPUT', `there is no file ${resolve(file)}`, { hint })
  }
  const { sqliteStore } = await import('@refold/sqlite')
  return sqliteStore(file, { readOnly })
}

async function configured(open: NonNullable<RefoldConfig['store']>): Promise<Store> {
  const opened = await asked(open)
  if (isStore(opened)) return opened
  throw new RefoldError('INVALID_CONFIG', "the configuration's `store` gives no store", {
    hint: "store: () => sqliteStore('agents.db')",
  })
}

/** What every command uses of it: a function that forgets its `return` gives nothing. */
function isStore(opened: unknown): opened is Store {
  const { read, directory, close } = Object(opened) as Partial<Store>
  return typeof read === 'function' && typeof directory === 'object' && typeof close === 'function'
}

async function asked(open: () => unknown): Promise<unknown> {
  try {
    return await open()
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    const message = `the configuration's \`store\` threw: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new RefoldError('INVALID_CONFIG', message, { cause })
  }
}
