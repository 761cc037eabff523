/** One question in SQL, by people: on a connection of its own that only reads, beside those that write. */
import { isRefoldError, RefoldError } from '@refold/core/store'
import type { QueryAnswer } from '@refold/core/store'
import type { SqliteDriver, SqlValue } from './driver/driver.js'
import { toRefoldError } from './failure.js'
import { openReadOnly } from './open-read-only.js'

const BUSY_TIMEOUT_MS = 5_000
/** What is left of a question when nothing in it is quoted or a comment any more. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const READS = /^\s*(?:select|with|values|explain)\b/i

/** Throws `INVALID_INPUT` for what is no question, or one that the file cannot answer. */
export function queryFile(file: string, question: string, driver: SqliteDriver): QueryAnswer {
  requireQuestion(question)
  const connection = openReadOnly(file, driver)
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF`)
    const statement = connection.prepare(question)
    const rows = (statement.allExact?.() ?? statement.all()).map((row) => row.map(shown))
    return { columns: statement.columns?.() ?? rows[0]?.map((_, at) => `column${at + 1}`) ?? [], rows }
  } catch (cause) {
    const error = toRefoldError(cause, { doing: 'reading the store' })
    if (isRefoldError(error, 'STORE_FATAL') && isDamage(cause)) throw error
    throw new RefoldError('INVALID_INPUT', `the question cannot be answered: ${textOf(cause)}`, { cause })
  } finally {
    connection.close()
  }
}

function requireQuestion(question: string): void {
  const bare = question.replace(QUOTED, ' ')
  const isOne = !/;\s*\S/.test(bare)
  if (isOne && READS.test(bare)) return
  const problem = isOne ? 'it only reads: SELECT …, WITH …, VALUES … or EXPLAIN …' : 'one question at a time'
  throw new RefoldError('INVALID_INPUT', `the question cannot be answered: ${problem}`)
}

/** A file that is none says so, whatever is asked of it. */
function isDamage(cause: unknown): boolean {
  return /malformed|not a database|disk I\/O/i.test(textOf(cause))
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** JSON has no integer beyond 2⁵³ that every reader takes exactly: it is given as its text. */
function shown(value: SqlValue | bigint): string | number | null {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  return value instanceof Uint8Array ? `x'${Buffer.from(value).toString('hex')}'` : value
}
