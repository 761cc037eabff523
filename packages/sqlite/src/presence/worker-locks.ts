/**
 * Proof that a worker is dead: each worker holds a lock on a small file of its own beside the database, and the operating
 * system gives the lock up when its process ends, however it ends.
 *
 * Invariants:
 * 1. The lock is SQLite's own, on a database of one row, since Node has no file locks. It is taken before the row is
 *    written, and kept from then on (`locking_mode = EXCLUSIVE`): a file whose lock is free and that has the row belongs to
 *    a worker that is gone.
 * 2. Nothing of ours opens a lock file that this process holds: POSIX drops a process's locks on a file when the process
 *    closes *any* of its handles to it. The names held are kept process-wide, for all copies of this package.
 * 3. User code may do so all the same, with a copy of the directory: a free lock of a process that still runs proves
 *    nothing, unless the worker was released.
 * 4. A lock says nothing about processes of another machine, so the row names the machine; across machines the lease decides.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RefoldError } from '@refold/core/store'
import { retryBusy } from '../busy-retry.js'
import type { SqliteConnection } from '../driver/driver.js'
import { loadDriver } from '../driver/load-driver.js'
import { sqliteCode, toRefoldError } from '../failure.js'
import { makeDirectory } from '../make-directory.js'
import { realPathOf } from '../real-path.js'
import type { ResolvedOptions } from '../sqlite-options.js'
import { isSameMachine, thisMachine, type Machine } from './machine.js'
import { isRunning, thisProcess, type ProcessName } from './process-life.js'

const HELD = Symbol.for('@refold/sqlite/held-worker-locks')
const SUFFIX = '.lock'
/** A file of a dead worker is kept so long as proof, if agents are still its own; later they are claimed by the lease. */
const KEEP_MS = 24 * 60 * 60 * 1000
/** Where no agent names it. It may have had a consumer, which the directory does not know. */
const KEEP_UNNAMED_MS = 10 * 60 * 1000
/** In place of the pid: it released its lock. */
const RELEASED = 0
/** In place of the pid: it did not release its lock, and was found to be gone when the file was last written. */
const FOUND_DEAD = -1
/** For the moment in which another process tries the lock. */
const ANNOUNCE_BUDGET_MS = 5_000

export interface LocksOptions extends Pick<ResolvedOptions, 'driver'> {
  /** Whether an agent with something to do is still this worker's, as far as is known. */
  readonly isNamed: (worker: string) => boolean
}

export class WorkerLocks {
  readonly #directory: string
  readonly #options: LocksOptions
  readonly #releases = new Set<() => void>()
  #isClosed = false

  constructor(databasePath: string, options: LocksOptions) {
    this.#directory = `${realPathOf(databasePath)}-workers`
    this.#options = options
  }

  /** Holds the worker's lock until the returned function is called or the process dies. */
  async announce(worker: string): Promise<() => Promise<void>> {
    const path = this.#pathOf(worker)
    if (held().has(path)) throw new RefoldError('INVARIANT', `worker ${worker} is announced twice`)
    held().add(path)
    try {
      const trouble = makeDirectory(this.#directory)
      if (trouble !== undefined) throw trouble
      this.#sweep()
      const release = this.#holding(path, await this.#lockInPlace(path))
      if (!this.#isClosed) return release
      await release()
      throw new RefoldError('CLOSED', 'the store was closed while the worker was announced')
    } catch (error) {
      held().delete(path)
      throw toRefoldError(error, { doing: `announcing worker ${worker}` })
    }
  }

  /** `false` also where nothing can be proven. */
  async provenDead(worker: string): Promise<boolean> {
    const path = this.#pathOf(worker)
    if (held().has(path) || !existsSync(path)) return false
    try {
      return this.#isFree(path)
    } catch (error) {
      if (sqliteCode(error) !== undefined) return false // held; or a damaged file, which proves nothing
      throw toRefoldError(error, { doing: `trying the lock of worker ${worker}` })
    }
  }

  /** Names of workers whose lock file is there: those that hold it, and those that surely do not. */
  list(): { readonly alive: readonly string[]; readonly gone: readonly string[] } {
    const [alive, gone]: [string[], string[]] = [[], []]
    const names = existsSync(this.#directory) ? readdirSync(this.#directory) : []
    for (const name of names.filter((file) => file.endsWith(SUFFIX))) {
      const worker = name.slice(0, -SUFFIX.length)
      try {
        const isGone = !held().has(join(this.#directory, name)) && this.#isFree(join(this.#directory, name))
        ;(isGone ? gone : alive).push(worker)
      } catch {
        alive.push(worker) // held; of a damaged one no one knows
      }
    }
    return { alive, gone }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const release of this.#releases) release()
  }

  #holding(path: string, connection: SqliteConnection): () => Promise<void> {
    const release = (): void => {
      if (!this.#releases.delete(release)) return
      try {
        connection.exec(`UPDATE worker SET pid = ${RELEASED}`)
      } catch {} // the lease tells it, or the end of the process
      connection.close()
      held().delete(path)
    }
    this.#releases.add(release)
    return async () => release()
  }

  /** Another process may remove the file of a dead worker of the same name while it is locked here: then once more. */
  async #lockInPlace(path: string): Promise<SqliteConnection> {
    for (;;) {
      const connection = await retryBusy(() => this.#lock(path), { budgetMs: ANNOUNCE_BUDGET_MS })
      if (existsSync(path)) return connection
      connection.close()
    }
  }

  #lock(path: string): SqliteConnection {
    const connection = loadDriver(this.#options.driver).open(path)
    try {
      connection.exec(
        'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS worker (host TEXT, boot TEXT, pid INTEGER, namespace TEXT, started TEXT); DELETE FROM worker',
      )
      const { host, boot } = thisMachine()
      const { pid, namespace, started } = thisProcess()
      connection.prepare('INSERT INTO worker VALUES (?, ?, ?, ?, ?)').run(host, boot, pid, namespace, started)
      connection.exec('COMMIT')
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** Throws SQLite's busy error when someone holds the lock. `false` also for a lock that its holder lost. */
  #isFree(path: string): boolean {
    return this.#locked(path, (holder) => holder !== undefined && isGone(holder))
  }

  /** Removes files of workers that are dead and have nothing left that their death would have to be proven for. */
  #sweep(): void {
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name)
      try {
        if (!name.endsWith(SUFFIX) || held().has(path) || !this.#isSpent(path, name.slice(0, -SUFFIX.length))) continue
        for (const file of [path, `${path}-journal`]) rmSync(file, { force: true })
      } catch {} // held, or gone meanwhile
    }
  }

  /** A death counts from when it was first found: when the worker began says nothing of it. Throws as `#isFree`. */
  #isSpent(path: string, worker: string): boolean {
    const gone = this.#noteGone(path)
    if (gone === undefined) return false
    const sinceMs = Date.now() - statSync(path).mtimeMs
    if (this.#options.isNamed(worker)) return sinceMs >= KEEP_MS
    return gone === 'released' || sinceMs >= KEEP_UNNAMED_MS
  }

  /**
   * How the worker went, if it surely did; `unnamed`: before it had written its row. A death that no one had found is noted, which
   * gives the file its time.
   */
  #noteGone(path: string): 'released' | 'dead' | 'unnamed' | undefined {
    return this.#locked(path, (holder, connection) => {
      if (holder === undefined) return 'unnamed'
      if (!isGone(holder)) return undefined
      if (holder.pid === RELEASED) return 'released'
      if (holder.pid !== FOUND_DEAD) connection.exec(`UPDATE worker SET pid = ${FOUND_DEAD}; COMMIT`)
      return 'dead'
    })
  }

  /** Looks at a file with the lock on it. Throws as `#isFree`. */
  #locked<T>(path: string, look: (holder: Holder | undefined, connection: SqliteConnection) => T): T {
    const connection = loadDriver(this.#options.driver).open(path)
    try {
      connection.exec('BEGIN EXCLUSIVE')
      return look(readHolder(connection), connection)
    } finally {
      connection.close() // ends the transaction, too
    }
  }

  #pathOf(worker: string): string {
    if (!/^[\w.@-]{1,200}$/.test(worker))
      throw new RefoldError('INVALID_ID', `${JSON.stringify(worker)} cannot be a worker's name`)
    return join(this.#directory, worker + SUFFIX)
  }
}

type Holder = Machine & ProcessName

function isGone(holder: Holder): boolean {
  const now = thisMachine()
  if (!isSameMachine(holder, now)) return false
  return holder.boot !== now.boot || !isRunning(holder)
}

function readHolder(connection: SqliteConnection): Holder | undefined {
  const tables = connection.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'worker'").get()?.[0]
  if (tables !== 1) return undefined
  const row = connection.prepare('SELECT host, boot, pid, namespace, started FROM worker').get()
  if (row === undefined) return undefined
  const [host, boot, pid, namespace, started] = row
  return {
    host: String(host),
    boot: String(boot),
    pid: Number(pid),
    namespace: String(namespace),
    started: String(started),
  }
}

/** Paths that this process holds, whichever copy of this package took them. */
function held(): Set<string> {
  const shared = globalThis as { [HELD]?: Set<string> }
  return (shared[HELD] ??= new Set())
}
