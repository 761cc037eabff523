/**
 * The wait for the disk, beside the event loop: with `PRAGMA synchronous = NORMAL` a commit leaves its frames in the WAL
 * unsynced, and this syncs the WAL before the commit is answered. SQLite itself syncs the WAL before each checkpoint and
 * at each restart of the WAL, so the order on the disk is that of `FULL`.
 *
 * Invariant: after a sync that failed no one knows what is on the disk, also not after a later one that succeeds; nothing more is
 * written, and every later sync fails too.
 */
import { close, closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { RefoldError } from '@refold/core/store'

export class WalSync {
  readonly #path: string
  #file: number | undefined
  #failure: Error | undefined

  /** `path`: of the database. Its WAL is there from the first commit on until the last connection closes. */
  constructor(path: string) {
    this.#path = path
  }

  /** Throws `STORE_FATAL` after a sync that failed. */
  assertWell(): void {
    if (this.#failure === undefined) return
    throw new RefoldError(
      'STORE_FATAL',
      `what was written last could not be synced to the disk: ${this.#failure.message}`,
      {
        hint: 'This process stores nothing more. Look at the disk and at what the system logs of it, then start it again.',
        cause: this.#failure,
      },
    )
  }

  /** Resolves when what was committed before the call is on the disk. */
  async sync(): Promise<void> {
    const file = this.#open()
    await new Promise<void>((resolve, reject) => {
      fdatasync(file, (error) => {
        if (error === null) return resolve()
        this.#failure = error
        reject(error)
      })
    })
  }

  /** The same at once: quicker for one commit that nothing waits behind. */
  syncNow(): void {
    const file = this.#open()
    try {
      fdatasyncSync(file)
    } catch (error) {
      this.#failure = error as Error // of the file system
      throw error
    }
  }

  close(): void {
    if (this.#file !== undefined) close(this.#file, () => {})
    this.#file = undefined
  }

  #open(): number {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#file !== undefined) return this.#file
    syncDirectory(dirname(this.#path)) // the WAL's own name
    return (this.#file = openSync(`${this.#path}-wal`, 'r+'))
  }
}

function syncDirectory(directory: string): void {
  const file = openSync(directory, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
