/** What the file says of itself: SQLite's own check, sizes, room on the disk, locks of workers. Nothing is written. */
import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { counted } from '@refold/core/store'
import type { StoreExamination, StoreFinding } from '@refold/core/store'
import { loadDriver } from './driver/load-driver.js'
import type { DriverChoice } from './driver/load-driver.js'
import type { SqliteConnection } from './driver/driver.js'
import { toRefoldError } from './failure.js'
import { openReadOnly } from './open-read-only.js'
import type { WorkerLocks } from './presence/worker-locks.js'

/** A larger one is checked without comparing indexes with their tables, which takes many times as long. */
const QUICK_CHECK_BYTES = 1024 ** 3
const MOST_PROBLEMS = 20
/** Less room than this is soon gone, and each commit needs some. */
const LITTLE_ROOM_BYTES = 256 * 1024 ** 2
/** A reader that never ends keeps it from being written back into the file. */
const LARGE_WAL_BYTES = 256 * 1024 ** 2

export interface ExamineOptions {
  readonly driver: DriverChoice | undefined
  /** Why the store could not be opened; `undefined`: it could. */
  readonly failure: unknown
  readonly locks: Pick<WorkerLocks, 'list'>
}

export function examineFile(path: string, { driver, failure, locks }: ExamineOptions): StoreExamination {
  const bytes = sizeOf(path)
  const opening = `opening ${path}`
  if (bytes === undefined)
    return { facts: { file: path }, findings: [failure === undefined ? lost(path) : found(failure, opening)] }
  const walBytes = sizeOf(`${path}-wal`) ?? 0
  const freeBytes = roomAt(path)
  const workers = workersAt(locks)
  const isQuick = bytes > QUICK_CHECK_BYTES
  const { problems, rows } = damageIn(path, { driver, isQuick, isStore: failure === undefined })
  return {
    facts: {
      file: path,
      bytes,
      walBytes,
      ...(freeBytes !== undefined && { freeBytes }),
      workers: workers.alive,
      check: isQuick ? 'quick_check' : 'integrity_check',
    },
    findings: [
      ...(failure === undefined ? [] : [found(failure, opening)]),
      ...(problems.length === 0 ? [] : [damage(problems, path)]),
      ...rows,
      ...room({ freeBytes, walBytes }),
      ...workers.findings,
    ],
  }
}

interface Damage {
  /** As SQLite says it. */
  readonly problems: readonly string[]
  readonly rows: readonly StoreFinding[]
}

function damageIn(
  path: string,
  { driver, isQuick, isStore }: Pick<ExamineOptions, 'driver'> & Readonly<Record<'isQuick' | 'isStore', boolean>>,
): Damage {
  let connection: SqliteConnection | undefined
  try {
    connection = openReadOnly(path, loadDriver(driver))
    const pragma = isQuick ? 'quick_check' : 'integrity_check'
    const rows = connection.prepare(`PRAGMA ${pragma}(${MOST_PROBLEMS})`).all()
    const problems = rows.map(([text]) => String(text)).filter((text) => text !== 'ok')
    return { problems, rows: isStore ? damagedRows(connection) : [] }
  } catch (error) {
    return { problems: [toRefoldError(error, { doing: 'checking the file' }).message], rows: [] }
  } finally {
    connection?.close()
  }
}

/** Of the directory, with the number of all of them. */
const DAMAGED_ROWS = `SELECT name, count(*) OVER () FROM stream WHERE version IS NOT NULL AND (
  active IS NULL OR active NOT IN (SELECT id FROM active_set WHERE json_valid(text))
  OR (owner IS NOT NULL AND owner NOT IN (SELECT id FROM owner))) ORDER BY id LIMIT 5`

function damagedRows(connection: SqliteConnection): readonly StoreFinding[] {
  const rows = connection.prepare(DAMAGED_ROWS).all()
  const count = Number(rows[0]?.[1] ?? 0)
  if (count === 0) return []
  const names = rows.map(([name]) => String(name)).join(', ')
  return [
    {
      kind: 'wrong',
      trouble: 'DIRECTORY',
      message: `the directory names texts that the file does not have, of ${counted(count, 'agent')}: ${names}${count > rows.length ? ', …' : ''}`,
      remedy: 'Their entries are read from the log, which takes longer. Make the directory again: nothing is lost.',
    },
  ]
}

function found(failure: unknown, doing: string): StoreFinding {
  const { message, hint } = toRefoldError(failure, { doing })
  return { kind: 'wrong', message, ...(hint === undefined ? undefined : { remedy: hint }) }
}

/** It was there when it was opened. */
function lost(path: string): StoreFinding {
  return {
    kind: 'wrong',
    message: `${path} is not there any more`,
    remedy: 'Stop all processes that use it, put it back, and start them again.',
  }
}

function workersAt(locks: ExamineOptions['locks']): {
  readonly alive: number
  readonly findings: readonly StoreFinding[]
} {
  try {
    const { alive, gone } = locks.list()
    return { alive: alive.length, findings: leftBehind(gone) }
  } catch (error) {
    return { alive: 0, findings: [found(error, 'looking at the locks of workers')] }
  }
}

function damage(problems: readonly string[], path: string): StoreFinding {
  const quoted = `'${path.replaceAll("'", String.raw`'\''`)}'`
  return {
    kind: 'wrong',
    message: `the file is damaged: ${problems.join('; ').replaceAll(/\s+/g, ' ')}`,
    remedy: `Stop its workers, and put it back from a backup; or take what can be read: sqlite3 ${quoted} .recover | sqlite3 recovered.db`,
  }
}

function room({
  freeBytes,
  walBytes,
}: {
  readonly freeBytes: number | undefined
  readonly walBytes: number
}): readonly StoreFinding[] {
  const findings: StoreFinding[] = []
  if (freeBytes !== undefined && freeBytes < LITTLE_ROOM_BYTES)
    findings.push({
      kind: 'wrong',
      message: `the disk has room for ${freeBytes} bytes more: when it is full nothing can be stored`,
      remedy: 'Free some space on the disk.',
    })
  if (walBytes > LARGE_WAL_BYTES)
    findings.push({
      kind: 'note',
      message: `the WAL has ${walBytes} bytes: a reader keeps a transaction open, or it was never written back`,
      remedy: 'End what reads the file for long. It shrinks when all that have it open have closed it.',
    })
  return findings
}

function leftBehind(gone: readonly string[]): readonly StoreFinding[] {
  if (gone.length === 0) return []
  return [
    {
      kind: 'note',
      message: `${counted(gone.length, 'lock file')} of workers that are gone: ${gone.slice(0, 5).join(', ')}${gone.length > 5 ? ', …' : ''}`,
      remedy: 'The next worker that begins removes them, and takes over what these had.',
    },
  ]
}

function sizeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true ? stats.size : undefined
}

/** `undefined`: the file system does not tell. */
function roomAt(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dirname(path))
    return bavail * bsize
  } catch {
    return undefined
  }
}
