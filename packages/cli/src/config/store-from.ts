/** The one place that chooses a store. Store packages are loaded only when they are needed. */
import type { Store } from '@refold/core/store'
import { RefoldError } from '@refold/core/store'

/** Whether it is the connection string of a server, and no file. */
function isServer(place: string): boolean {
  return /^esdb(?:\+discover)?:\/\//i.test(place)
}

/**
 * Whether it is an address of any kind, and no file: one letter is a drive. A server's with a slash too few is one too: what is meant is
 * no file of that name.
 */
export function isAddress(place: string): boolean {
  return /^(?:[a-z][a-z+.-]+:\/|esdb(?:\+discover)?:)/i.test(place)
}

/** Whether the environment names a server. */
export function hasServer(): boolean {
  return serverOfEnvironment() !== ''
}

/**
 * The store at a place: the server of a connection string (`esdb://…`), else a SQLite file, in place of which the server is
 * taken that the environment variable `REFOLD_ESDB_URL` names. Rejects as `eventStoreDBStore` and `sqliteStore` throw, and
 * with `INVALID_INPUT` for another kind of address.
 */
export async function storeFrom(place: string): Promise<Store> {
  if (typeof place !== 'string')
    throw new RefoldError('INVALID_INPUT', 'the place of a store must be a text', { hint: 'A path, or esdb://….' })
  if (isServer(place) || (hasServer() && !isAddress(place))) {
    const { eventStoreDBStore } = await import('@refold/eventstoredb')
    return eventStoreDBStore(isServer(place) ? place : serverOfEnvironment())
  }
  if (isAddress(place))
    throw new RefoldError('INVALID_INPUT', `${/^.*?:\/*/.exec(place)?.[0]} is no store`, {
      hint: 'A server, KurrentDB too, is named by esdb:// or esdb+discover://, a file by its path.',
    })
  const { sqliteStore } = await import('@refold/sqlite')
  return sqliteStore(place)
}

function serverOfEnvironment(): string {
  return process.env['REFOLD_ESDB_URL'] ?? ''
}
