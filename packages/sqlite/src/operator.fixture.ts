/** Someone who looks after the file by SQLite's own means, with whichever driver this Node has. */

export interface Operator {
  exec(sql: string): unknown
  /** SQLite's online backup: into a file that others may have open. */
  backup(to: string): Promise<unknown>
  close(): unknown
}

export async function openOperator(file: string): Promise<Operator> {
  try {
    const { default: BetterSqlite3 } = await import('better-sqlite3')
    return new BetterSqlite3(file)
  } catch {
    const name: string = 'node:sqlite' // its types come with a newer Node
    const { backup, DatabaseSync } = (await import(name)) as {
      readonly backup: (source: unknown, to: string) => Promise<unknown>
      readonly DatabaseSync: new (file: string) => Omit<Operator, 'backup'>
    }
    const database = new DatabaseSync(file)
    return {
      exec: (sql) => database.exec(sql),
      backup: (to) => backup(database, to),
      close: () => database.close(),
    }
  }
}
