/** Another program that holds the file locked for writing, until it is told to end: `locker.mjs ORDER`. */
import { leave } from './parent.mjs'

const { store } = JSON.parse(process.argv[2])
const database = await open(store)
database.exec('PRAGMA busy_timeout = 10000') // its owner is writing meanwhile
database.exec('BEGIN EXCLUSIVE')
process.send({ locked: true })
process.once('message', () => {
  database.exec('COMMIT')
  database.close()
  leave()
})

/** Node's own SQLite where it has one, as the store does. */
async function open(file) {
  try {
    const { DatabaseSync } = await import('node:sqlite')
    return new DatabaseSync(file)
  } catch {
    const { default: Database } = await import('better-sqlite3')
    return new Database(file)
  }
}
