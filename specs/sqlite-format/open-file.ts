/** Reads a SQLite file with the library that this Node has, as any program would. */
import { createRequire } from 'node:module'

/** A row by its columns' names. */
export type Row = Readonly<Record<string, unknown>>

export interface OpenFile {
  /** The rows of a query. */
  rows(sql: string): readonly Row[]
  /** Statements without rows. */
  run(sql: string): void
  close(): void
}

/** What both libraries have in common. */
interface Library {
  new (file: string): {
    exec(sql: string): unknown
    prepare(sql: string): { all(): unknown[] }
    close(): unknown
  }
}

/** Opens a file, or `:memory:`. Close the store first: two libraries in one process take each other's locks. */
export function openFile(file: string): OpenFile {
  const database = new (library())(file)
  return {
    rows: (sql) => database.prepare(sql).all() as Row[], // what a query gives is an object by columns
    run: (sql) => void database.exec(sql),
    close: () => void database.close(),
  }
}

function library(): Library {
  const own = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Library } | undefined
  return own?.DatabaseSync ?? (createRequire(import.meta.url)('better-sqlite3') as Library)
}
