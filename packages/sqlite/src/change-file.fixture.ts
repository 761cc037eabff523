/** Another program looks at the file, or changes it, past the store. */
import { createRequire } from 'node:module'

interface Statement {
  run(): { readonly changes: number | bigint }
  all(): readonly Readonly<Record<string, unknown>>[]
}
type Database = new (file: string) => { prepare(sql: string): Statement; exec(sql: string): void; close(): void }
/** Node's own SQLite where it has one: a binary of better-sqlite3 is of one Node. */
const builtIn = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Database } | undefined
export const Database = builtIn?.DatabaseSync ?? (createRequire(import.meta.url)('better-sqlite3') as Database)

export function changeFile(file: string, sql: string): void {
  const database = new Database(file)
  database.exec(sql)
  database.close()
}
