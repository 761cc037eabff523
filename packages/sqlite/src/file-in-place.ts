/**
 * Whether the path still names the file that is open, and the files are as SQLite left them. A deleted file can be written to
 * as long as it is open, and is gone with the process; what lies in a WAL that was deleted or cut is never read again; and a
 * process that finds no `-shm` makes one of its own, and writes to the same WAL without a word to those who have the old one.
 *
 * The times of the WAL are not looked at: on Linux 6.13 and newer a look at them (`stat`) has the next write change them, so that the
 * sync of each commit writes the inode too, and takes half as long again.
 */
import { closeSync, fstatSync, openSync, readlinkSync, readSync, statSync } from 'node:fs'
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
  /** Bytes that are there at least. */
  readonly size: number
}

const READ_BYTES = 64 * 1024

export class FileInPlace {
  readonly #path: string
  readonly #walPath: string
  readonly #shmPath: string
  readonly #opened: string | undefined
  readonly #openedWal: string | undefined
  readonly #openedShm: string | undefined
  readonly #walFile: number | undefined
  /** Where the open WAL stands, as the operating system tells without looking at the file; `undefined`: it does not. */
  readonly #walPlace: string | undefined
  readonly #buffer = Buffer.alloc(READ_BYTES)
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
    this.#walPlace = placeOf(this.#walFile)
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
    this.#assertWal()
    this.#assertSame(identityOf(statOf(this.#shmPath)), this.#openedShm, this.#shmPath)
    return found
  }

  /** After a commit, before it is answered. Throws `STORE_FATAL` when it went nowhere. */
  committed(): void {
    if (this.#walFile === undefined) return
    const header = this.#readHeader()
    if (header === '') return // as a checkpoint may leave it: then nothing was written, as after a conflict
    if (!header.startsWith(WAL_MAGIC)) throw lost(this.#walPath, 'cut')
    this.#wal = { header, size: this.#sizeFrom(this.#walFile, this.#wal?.size) }
  }

  close(): void {
    if (this.#walFile !== undefined) closeSync(this.#walFile)
  }

  #assertWal(): void {
    const place = placeOf(this.#walFile)
    if (place === undefined || place !== this.#walPlace)
      this.#assertSame(identityOf(statOf(this.#walPath)), this.#openedWal, this.#walPath)
    if (this.#walFile === undefined || this.#wal === undefined) return
    const isWhole = readSync(this.#walFile, this.#buffer, 0, 1, this.#wal.size - 1) === 1
    if (isWhole) return
    if (this.#readHeader() === this.#wal.header) throw lost(this.#walPath, 'cut')
    this.#wal = undefined // someone emptied it by a checkpoint
  }

  /** As a commit has left it: no smaller than it was. */
  #sizeFrom(file: number, before: number | undefined): number {
    if (before === undefined) return fstatSync(file).size
    let size = before
    for (let read = -1; read !== 0; size += read) read = readSync(file, this.#buffer, 0, READ_BYTES, size)
    return size
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

/** The name of an open file; of one that was deleted or replaced it says so. `undefined`: this system does not tell. */
function placeOf(file: number | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readlinkSync(`/proc/self/fd/${file}`)
  } catch {
    return undefined
  }
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
