/**
 * The opening of the file: at once where it can be, so that a store knows from its first moment what others append;
 * with patience where another process holds the file locked.
 */
import { isRefoldError, RefoldError } from '@refold/core/store'
import { retryBusy } from './busy-retry.js'
import { CommitQueue } from './commit/commit-queue.js'
import type { RegisterStatements } from './commit/commit-job.js'
import { WalSync } from './commit/wal-sync.js'
import { DirectoryReader } from './directory-reader.js'
import { loadDriver } from './driver/load-driver.js'
import { isBusy, reading, toRefoldError } from './failure.js'
import { LogFile } from './log-file.js'
import { LogReader } from './log-reader.js'
import { LogScan } from './log-scan.js'
import { openDatabase } from './open-database.js'
import { ProjectionTables } from './projection-tables.js'
import { RecordReplay } from './record-replay.js'
import { realPathOf } from './real-path.js'
import type { ResolvedOptions } from './sqlite-options.js'

/** Everything that works on one open connection. */
export interface OpenFile {
  readonly file: LogFile
  readonly queue: CommitQueue
  readonly reader: LogReader
  readonly replay: RecordReplay
  readonly scan: LogScan
  readonly projections: ProjectionTables
  readonly directory: DirectoryReader
  readonly registers: RegisterStatements
}

export interface OpeningOptions extends ResolvedOptions {
  readonly onCommit: () => void
  readonly stopped: () => boolean
}

/** Begins at once. What may pass is told to those who wait for the file; for those who come later it is opened again. */
export class Opening {
  readonly #begin: () => OpenFile | Promise<OpenFile>
  #begun: OpenFile | Promise<OpenFile> | undefined

  constructor(path: string, options: OpeningOptions & { readonly onOpen: (open: OpenFile) => void }) {
    this.#begin = () => {
      const begun = openFile(path, options)
      if (begun instanceof Promise) begun.then(options.onOpen, (error: unknown) => this.#failed(error))
      else options.onOpen(begun)
      return begun
    }
    this.#begun = this.#begin()
  }

  /** The open file, or the promise of it. The promise rejects with a coded error, once someone asks. */
  file(): OpenFile | Promise<OpenFile> {
    return (this.#begun ??= this.#begin())
  }

  /** When it is not being opened any more: the file, if it is open. */
  async ended(): Promise<OpenFile | undefined> {
    return Promise.resolve(this.#begun).catch(() => undefined)
  }

  #failed(error: unknown): void {
    if (isRefoldError(error, 'STORE_REJECTED')) this.#begun = undefined
  }
}

function openFile(path: string, options: OpeningOptions): OpenFile | Promise<OpenFile> {
  try {
    return openNow(path, options)
  } catch (error) {
    const opening = isBusy(error)
      ? retryBusy(() => openNow(path, options), { budgetMs: options.busyTimeoutMs, stopped: options.stopped })
      : Promise.reject(error)
    const translated = opening.catch((reason: unknown) => {
      throw toRefoldError(reason, { doing: `opening ${path}` })
    })
    translated.catch(() => {}) // told to those who use the store, not to the process
    return translated
  }
}

/** Throws `STORE_FATAL` for a name that is no file: there is nothing that another process could open. */
export function assertFileName(path: string): void {
  const isText = typeof path === 'string' && path !== '' && !path.includes('\0')
  if (isText && !path.startsWith(':memory:') && !path.startsWith('file:')) return
  const named = typeof path === 'string' ? JSON.stringify(path) : `what was given (${typeof path})`
  throw new RefoldError('STORE_FATAL', `${named} is not the name of a file`, {
    hint: 'For a store in memory use `memoryStore()` of @refold/core.',
  })
}

function openNow(path: string, options: OpeningOptions): OpenFile {
  const connection = openDatabase(path, { ...options, driver: loadDriver(options.driver) })
  let file: LogFile | undefined
  try {
    file = new LogFile(connection, { path })
    return partsOf(file, path, options)
  } catch (error) {
    if (file === undefined) connection.close()
    else file.close()
    throw error
  }
}

function partsOf(file: LogFile, path: string, options: OpeningOptions): OpenFile {
  const { connection } = file
  // A process without projections prepares nothing for them.
  let scan: LogScan | undefined
  let projections: ProjectionTables | undefined
  return {
    file,
    queue: new CommitQueue(file, {
      onCommit: options.onCommit,
      ...(options.sync === 'background' && { walSync: new WalSync(realPathOf(path)) }),
    }),
    reader: new LogReader(file),
    replay: new RecordReplay(file),
    get scan() {
      return (scan ??= reading(() => new LogScan(file)))
    },
    get projections() {
      return (projections ??= reading(() => new ProjectionTables(connection)))
    },
    directory: new DirectoryReader(file),
    registers: {
      put: connection.prepare(
        'INSERT INTO register (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      ),
      get: connection.prepare('SELECT value FROM register WHERE name = ?'),
      remove: connection.prepare('DELETE FROM register WHERE name = ?'),
    },
  }
}
