/**
 * Whether the path still names the file that is open, and the files are as SQLite left them. A deleted file can be written to
 * as long as it is open, and is gone with the process; what lies in a WAL that was deleted or cut is never read again.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { resolve } from 'node:path'
import { RefoldError } from '@refold/core/store'

/** First three bytes of a WAL; the fourth tells the order of bytes of its checksums. */
const WAL_MAGIC = '377f06'
const WAL_HEADER_BYTES = 32

/** The header changes whenever the WAL is begun again; until then it only grows. */
interface Wal {
  readonly header: string
  readonly size: number
}

export class FileInPlace {
  readonly #path: string
  readonly #opened: string | undefined
  readonly #openedWal: string | undefined
  readonly #walFile: number | undefined
  /** As this connection left it. */
  #wal: Wal | undefined
  #touched = ''

  /** Of a file that is open in WAL mode. */
  constructor(path: string) {
    this.#path = resolve(path)
    const found = statOf(this.#path)
    this.#opened = identityOf(found)
    this.#openedWal = identityOf(statOf(`${this.#path}-wal`))
    if (this.#openedWal !== undefined) this.#walFile = openSync(`${this.#path}-wal`, 'r')
    this.#touched = touchOf(found)
  }

  /**
   * Throws `STORE_FATAL` for a file or a WAL that was deleted, replaced or cut. Whether someone wrote to the file itself since
   * the last commit of this connection: a checkpoint of another one, or something that SQLite knows nothing of.
   */
  assertInPlace(): { readonly isTouched: boolean } {
    return { isTouched: this.#look().touch !== this.#touched }
  }

  /** After a commit, before it is answered. Throws `STORE_FATAL` when it went nowhere. */
  committed(): void {
    const { wal, touch } = this.#look()
    // an empty one is as a checkpoint may leave it: then nothing was written, as after a conflict
    if (wal !== undefined && wal.size > 0 && !wal.header.startsWith(WAL_MAGIC)) throw this.#lost('cut', '-wal')
    this.#wal = wal
    this.#touched = touch
  }

  /** What was written to the file itself is known. */
  seen(): void {
    this.#touched = touchOf(statOf(this.#path))
  }

  close(): void {
    if (this.#walFile !== undefined) closeSync(this.#walFile)
  }

  #look(): { readonly wal: Wal | undefined; readonly touch: string } {
    const found = statOf(this.#path)
    this.#assertSame(identityOf(found), this.#opened, '')
    this.#assertSame(identityOf(statOf(`${this.#path}-wal`)), this.#openedWal, '-wal')
    const wal = this.#readWal()
    if (wal !== undefined && wal.header === this.#wal?.header && wal.size < this.#wal.size)
      throw this.#lost('cut', '-wal')
    return { wal, touch: touchOf(found) }
  }

  #assertSame(found: string | undefined, opened: string | undefined, suffix: string): void {
    if (found === opened) return
    throw this.#lost(found === undefined ? 'deleted' : 'replaced', suffix)
  }

  #lost(what: 'deleted' | 'replaced' | 'cut', suffix: string): RefoldError {
    const file = `${this.#path}${suffix}`
    return new RefoldError('STORE_FATAL', `${file} was ${what} while it was open`, {
      hint: 'Nothing is stored any more. Stop all processes that use the file, put it back, and start them again.',
      facts: { file },
    })
  }

  #readWal(): Wal | undefined {
    if (this.#walFile === undefined) return undefined
    const header = Buffer.alloc(WAL_HEADER_BYTES)
    readSync(this.#walFile, header, 0, WAL_HEADER_BYTES, 0)
    return { header: header.toString('hex'), size: fstatSync(this.#walFile).size }
  }
}

function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}

/** `undefined`: there is none. */
function identityOf(found: BigIntStats | undefined): string | undefined {
  return found && `${found.dev}:${found.ino}`
}

function touchOf(found: BigIntStats | undefined): string {
  return `${found?.size}:${found?.mtimeNs}`
}
