/** What nothing built on the same parts can beat: bare inserts on the same kind of file, and XState with nothing stored. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createActor } from 'xstate'
import { STEPS, stepMachine, makeResult } from './workload.js'

const ROW_BYTES = 300

/** One-row durable commits a second. */
export function bareCommits(directory: string, rows: number): number {
  return inserts(join(directory, 'bare-one.db'), { rows, perCommit: 1 })
}

/** Rows a second in commits of that many. */
export function bareGrouped(directory: string, rows: number, perCommit: number): number {
  return inserts(join(directory, `bare-${perCommit}.db`), { rows, perCommit })
}

function inserts(file: string, { rows, perCommit }: { rows: number; perCommit: number }): number {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(
    'CREATE TABLE IF NOT EXISTS log (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, data TEXT NOT NULL, UNIQUE (stream, revision))',
  )
  const insert = db.prepare('INSERT INTO log (stream, revision, data) VALUES (?, ?, ?)')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const end = db.prepare('COMMIT')
  const data = 'x'.repeat(ROW_BYTES)
  let stream = Number(db.prepare('SELECT coalesce(max(stream), 0) FROM log').pluck().get())
  const start = performance.now()
  for (let row = 0; row < rows; row += perCommit) {
    begin.run()
    for (let i = 0; i < perCommit; i++) {
      if ((row + i) % STEPS === 0) stream++
      insert.run(stream, (row + i) % STEPS, data)
    }
    end.run()
  }
  const seconds = (performance.now() - start) / 1000
  db.close()
  return rows / seconds
}

/** Steps a second of plain `createActor`, with that many agents at once and nothing stored. */
export async function plainActors(agents: number, leastMs: number): Promise<number> {
  const machine = stepMachine((agent, step) => Promise.resolve(makeResult(agent, step)))
  const wave = (name: string): Promise<unknown> =>
    Promise.all(
      Array.from(
        { length: agents },
        (_, i) =>
          new Promise<void>((resolve) => {
            const actor = createActor(machine, { input: { agent: `${name}-${i}`, steps: STEPS, keep: true } })
            actor.subscribe({ complete: resolve })
            actor.start()
          }),
      ),
    )
  await wave('warm')
  const start = performance.now()
  let waves = 0
  for (; waves === 0 || performance.now() - start < leastMs; waves++) await wave(`w${waves}`)
  return (waves * agents * STEPS) / ((performance.now() - start) / 1000)
}
