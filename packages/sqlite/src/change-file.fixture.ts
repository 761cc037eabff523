/** Another program changes the file past the store. */
import { createRequire } from 'node:module'

type Database = new (file: string) => { exec(sql: string): void; close(): void }
/** Node's own SQLite where it has one: a binary of better-sqlite3 is of one Node. */
const builtIn = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Database } | undefined
const Database = builtIn?.DatabaseSync ?? (createRequire(import.meta.url)('better-sqlite3') as Database)

export function changeFile(file: string, sql: string): void {
  const database = new Database(file)
  database.exec(sql)
  database.close()
}
