/** What an error of SQLite means: whether it may pass, whether something may be stored, and what to do about it. */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { isRefoldError, RefoldError } from '@refold/core/store'

/** The file itself, its `-wal` and its `-shm`. */
const FILES_OF_A_STORE = 3

/** Primary result codes by number: https://sqlite.org/rescode.html */
const PRIMARY: Readonly<Record<number, string>> = {
  1: 'ERROR',
  3: 'PERM',
  4: 'ABORT',
  5: 'BUSY',
  6: 'LOCKED',
  7: 'NOMEM',
  8: 'READONLY',
  9: 'INTERRUPT',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  15: 'PROTOCOL',
  17: 'SCHEMA',
  18: 'TOOBIG',
  19: 'CONSTRAINT',
  23: 'AUTH',
  26: 'NOTADB',
}

/** How SQLite says them (`sqlite3_errstr`): Deno's `exec` and its opening of a file give the text only. */
const TEXTS: Readonly<Record<string, string>> = {
  'access permission denied': 'PERM',
  'database is locked': 'BUSY',
  'database table is locked': 'LOCKED',
  'out of memory': 'NOMEM',
  'attempt to write a readonly database': 'READONLY',
  'disk I/O error': 'IOERR',
  'database disk image is malformed': 'CORRUPT',
  'database or disk is full': 'FULL',
  'unable to open database file': 'CANTOPEN',
  'locking protocol': 'PROTOCOL',
  'database schema has changed': 'SCHEMA',
  'authorization denied': 'AUTH',
  'file is not a database': 'NOTADB',
}

/** What to do about errors that do not pass by themselves. */
const FATAL_HINTS: Readonly<Record<string, string>> = {
  CORRUPT:
    'The file is damaged: restore it from a backup, or recover what can be read with the `.recover` command of the sqlite3 shell.',
  NOTADB: 'The file is no SQLite database: check the path.',
  READONLY: 'Give this process the right to write the file, its -wal and -shm files and their directory.',
  PERM: 'Give this process access to the file and its directory.',
  CANTOPEN:
    'Check that the path names a file, not a directory, that this process may read and write it and its directory, and that it has not too many files open.',
  AUTH: 'Give this process access to the file and its directory.',
  ERROR: 'The tables are not those that this release made: restore the file from a backup.',
}

/** The same about those that may pass. */
const PASSING_HINTS: Readonly<Record<string, string>> = {
  FULL: 'Free some space on the disk.',
  BUSY: 'Another process holds the file locked.',
  IOERR: 'The disk may be full, or damaged: look at its free space, and at what the system logs of it.',
  FILES: 'Too many files are open, in this process or on this machine: let it have more (`ulimit -n`), or open fewer.',
}

/** What to do about an error of the operating system that may pass; `undefined` for one that does not. */
function passingHintOf(code = ''): string | undefined {
  if (/^E(NOSPC|DQUOT)$/.test(code)) return PASSING_HINTS['FULL']
  if (/^E[MN]FILE$/.test(code)) return PASSING_HINTS['FILES']
  return /^E(IO|AGAIN|INTR|NOMEM|STALE)$/.test(code) ? PASSING_HINTS['IOERR'] : undefined
}

/** SQLite does not say why it could not open a file. It has given up those that it had by now, so that one more alone could be opened. */
function isOutOfFiles(): boolean {
  const files: number[] = []
  try {
    while (files.length < FILES_OF_A_STORE) files.push(openSync(devNull, 'r'))
    return false
  } catch (error) {
    return passingHintOf((error as NodeJS.ErrnoException).code) === PASSING_HINTS['FILES']
  } finally {
    for (const file of files) closeSync(file)
  }
}

/** `BUSY`, `FULL`, …: the primary result code that a driver's error carries; `undefined` for any other error. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  if (typeof errcode === 'number') return PRIMARY[errcode & 0xff] ?? 'ERROR' // node:sqlite: the extended code
  if (code === 'ERR_SQLITE_ERROR') return codeOfText(error.message)
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return undefined
  return /^SQLITE_([A-Z]+)/.exec(code)?.[1] // better-sqlite3: its name, extended by more words
}

function codeOfText(message: string): string | undefined {
  const text = Object.keys(TEXTS).find((known) => message === known || message.startsWith(`${known}:`))
  return text && TEXTS[text]
}

/** Whether another connection holds what is needed: it passes. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === 'BUSY' || code === 'LOCKED' || code === 'PROTOCOL'
}

/** The error to throw for one that kept something from being done at all: nothing of it is stored. */
export function toRefoldError(error: unknown, { doing }: { readonly doing: string }): RefoldError {
  if (isRefoldError(error)) return error
  const code = sqliteCode(error)
  const text = error instanceof Error ? error.message : String(error)
  if (code === undefined) {
    const isOfTheSystem = error instanceof Error && 'syscall' in error
    if (!isOfTheSystem) return new RefoldError('INVARIANT', `${doing}: ${text}`, { cause: error })
    const hint = passingHintOf((error as NodeJS.ErrnoException).code)
    if (hint !== undefined) return new RefoldError('STORE_REJECTED', `${doing}: ${text}`, { cause: error, hint })
    return new RefoldError('STORE_FATAL', `${doing}: ${text}`, { cause: error, hint: FATAL_HINTS['CANTOPEN'] ?? '' })
  }
  const options = { cause: error, facts: { sqlite: code } }
  const hint = code === 'CANTOPEN' && isOutOfFiles() ? undefined : FATAL_HINTS[code]
  if (hint !== undefined) return new RefoldError('STORE_FATAL', `${doing}: ${text}`, { ...options, hint })
  if (code === 'TOOBIG') return new RefoldError('TOO_LARGE', `${doing}: ${text}`, options)
  const passing = PASSING_HINTS[code === 'CANTOPEN' ? 'FILES' : code]
  return new RefoldError('STORE_REJECTED', `${doing}: ${text}`, {
    ...options,
    ...(passing !== undefined && { hint: passing }),
  })
}

/** The error to throw when a commit failed and no one can tell whether it is on the disk. */
export function unknownOutcome(error: unknown): RefoldError {
  return new RefoldError('STORE_UNKNOWN', 'a commit failed, and it cannot be learnt whether it is stored', {
    hint: 'Repeat the identical append: if it was stored, the answer is the original one.',
    cause: error,
    facts: { sqlite: sqliteCode(error) },
  })
}

/** What it reads; `undefined`: that is damaged. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isRefoldError(error, 'UNREADABLE')) return undefined
    throw error
  }
}

/** Does it; what SQLite says is told as trouble with reading, and every other error is as it was thrown. */
export function reading<T>(operation: () => T): T {
  try {
    return operation()
  } catch (error) {
    throw sqliteCode(error) === undefined ? error : toRefoldError(error, { doing: 'reading the store' })
  }
}

/** Does it; what it throws is told as trouble with writing. */
export function writing<T>(operation: () => T): T {
  try {
    return operation()
  } catch (error) {
    throw toRefoldError(error, { doing: 'writing to the store' })
  }
}
