/** What waits for the next commit: appends, and changes of registers. */
import type { AppendResult } from '@refold/core/store'
import type { SqliteStatement } from '../driver/driver.js'
import type { LogFile, PreparedAppend } from '../log-file.js'

export interface CommitJob {
  /** Does it, inside the transaction. Throws SQLite's errors. */
  readonly run: () => void
  /** It is on the disk. */
  readonly succeed: () => void
  readonly fail: (error: unknown) => void
  /** Whether it is in the file, looked up after a commit whose answer cannot be trusted. Keeps what `succeed` answers with. */
  readonly isStored: () => boolean
  /** Of `performance.now()`: how long it waits for the lock. */
  readonly deadline: number
}

export interface Settle<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
  readonly deadline: number
}

export function appendJob(file: LogFile, append: PreparedAppend, settle: Settle<AppendResult>): CommitJob {
  let result: AppendResult | undefined
  return {
    run: () => (result = file.append(append)),
    succeed: () => result !== undefined && settle.resolve(result),
    fail: settle.reject,
    isStored: () => (result = file.findRepeat(append)).ok,
    deadline: settle.deadline,
  }
}

export interface RegisterStatements {
  readonly put: SqliteStatement
  readonly get: SqliteStatement
  readonly remove: SqliteStatement
}

/** `text: undefined` removes the register. */
export function registerJob(
  statements: RegisterStatements,
  { name, text }: { readonly name: string; readonly text: string | undefined },
  settle: Settle<void>,
): CommitJob {
  return {
    run: () => (text === undefined ? statements.remove.run(name) : statements.put.run(name, text)),
    succeed: () => settle.resolve(),
    fail: settle.reject,
    isStored: () => statements.get.get(name)?.[0] === text,
    deadline: settle.deadline,
  }
}
