/** Checks what histories are read from, and says what it should be. */
import { requireMethods } from '../coded.js'
import { RefoldError } from '../errors.js'
import type { Store } from '../store/port.js'
import type { HistorySource } from './history-types.js'
import type { ExportedStreams } from './open-export.js'

/** Throws `INVALID_INPUT`. */
export function requireSource(source: HistorySource): void {
  requireMethods(source, 'source', ['read'], 'It takes a store, or what `await openExport(blob)` gives.')
}

const IMPORT = 'importStreams(await openExport(blob), store): first the opened file, then the store.'

/** Throws `INVALID_INPUT`. */
export function requireImport(file: ExportedStreams, store: Store): void {
  requireMethods(file, 'file', ['read'], IMPORT)
  if (!Array.isArray(file.streams))
    throw new RefoldError('INVALID_INPUT', 'file: is no opened file', { hint: IMPORT, facts: { path: 'file' } })
  requireMethods(store, 'store', ['append', 'read'], IMPORT)
}
