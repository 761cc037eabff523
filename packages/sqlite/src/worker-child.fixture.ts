/** A process that announces a worker and lives until it is killed. When its input ends, it reads its own lock file. */
import { readFileSync } from 'node:fs'
import { sqliteStore } from './sqlite-store.js'

const [file = '', worker = ''] = process.argv.slice(2)
await sqliteStore(file).presence?.announce(worker)
process.stdout.write('"announced"\n')
setInterval(() => {}, 1000)
process.stdin.on('end', () => {
  readFileSync(`${file}-workers/${worker}.lock`) // closing it drops the lock
  process.stdout.write('"read"\n')
})
process.stdin.resume()
