/**
 * Whether the path still names the file that is open, and the files are as SQLite left them. A deleted file can be written to
 * as long as it is open, and is gone with the process; what lies in a WAL that was deleted or cut is never read again; and a
 * process that finds no `-shm` makes one of its own, and writes to the same WAL without a word to those who have the old one.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { resolve } from 'node:path'
import { RefoldError } from '@refold/core/store'
import { realPathOf } from './real-path.js'

/** First three bytes of a WAL; the fourth tells the order of bytes of its checksums. */
const WAL_MAGIC = '\u0037\u007f\u0006'
const WAL_HEADER_BYTES = 32

/** The header changes whenever the WAL is begun again; until then it only grows. */
interface Wal {
  readonly header: string
  readonly size: number
}

export class FileInPlace {
  readonly #path: string
  readonly #walPath: string
  readonly #shmPath: string
  readonly #opened: string | undefined
  readonly #openedWal: string | undefined
  readonly #openedShm: string | undefined
  readonly #walFile: number | undefined
  readonly #buffer = Buffer.alloc(WAL_HEADER_BYTES)
  /** As this connection left it; `undefined`: it has written nothing. */
  #wal: Wal | undefined
  #touched: string

  /** Of a file that is open in WAL mode. */
  constructor(path: string) {
    this.#path = resolve(path)
    const realPath = realPathOf(path)
    this.#walPath = `${realPath}-wal`
    this.#shmPath = `${realPath}-shm`
    const found = statOf(this.#path)
    this.#opened = identityOf(found)
    this.#openedWal = identityOf(statOf(this.#walPath))
    this.#openedShm = identityOf(statOf(this.#shmPath))
    if (this.#openedWal !== undefined) this.#walFile = openSync(this.#walPath, 'r')
    this.#touched = touchOf(found)
  }

  /**
   * Before a commit: as `assertInPlace`. Whether something was written to the file itself since the last time: a checkpoint, or
   * something that SQLite knows nothing of.
   */
  assertToWrite(): { readonly isTouched: boolean } {
    const touch = touchOf(this.assertInPlace())
    const isTouched = touch !== this.#touched
    this.#touched = touch
    return { isTouched }
  }

  /** Throws `STORE_FATAL` for a file that was deleted or replaced, or a WAL that was cut. What is known of the file. */
  assertInPlace(): Stats | undefined {
    const found = statOf(this.#path)
    this.#assertSame(identityOf(found), this.#opened, this.#path)
    const wal = statOf(this.#walPath)
    this.#assertSame(identityOf(wal), this.#openedWal, this.#walPath)
    this.#assertSame(identityOf(statOf(this.#shmPath)), this.#openedShm, this.#shmPath)
    if (wal !== undefined && this.#wal !== undefined && wal.size < this.#wal.size)
      if (this.#readHeader() === this.#wal.header) throw lost(this.#walPath, 'cut')
    return found
  }

  /** After a commit, before it is answered. Throws `STORE_FATAL` when it went nowhere. */
  committed(): void {
    if (this.#walFile === undefined) return
    const header = this.#readHeader()
    if (header === '') return // as a checkpoint may leave it: then nothing was written, as after a conflict
    if (!header.startsWith(WAL_MAGIC)) throw lost(this.#walPath, 'cut')
    this.#wal = { header, size: fstatSync(this.#walFile).size }
  }

  close(): void {
    if (this.#walFile !== undefined) closeSync(this.#walFile)
  }

  #assertSame(found: string | undefined, opened: string | undefined, file: string): void {
    if (found !== opened) throw lost(file, found === undefined ? 'deleted' : 'replaced')
  }

  /** Empty for an empty WAL. */
  #readHeader(): string {
    if (this.#walFile === undefined) return ''
    const read = readSync(this.#walFile, this.#buffer, 0, WAL_HEADER_BYTES, 0)
    return this.#buffer.toString('latin1', 0, read)
  }
}

function lost(file: string, what: 'deleted' | 'replaced' | 'cut'): RefoldError {
  return new RefoldError('STORE_FATAL', `${file} was ${what} while it was open`, {
    hint: 'Nothing is stored any more. Stop all processes that use the file, put it back, and start them again.',
    facts: { file },
  })
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

/** `undefined`: there is none. */
function identityOf(found: Stats | undefined): string | undefined {
  return found && `${found.dev}:${found.ino}`
}

function touchOf(found: Stats | undefined): string {
  return `${found?.size}:${found?.mtimeMs}`
}
