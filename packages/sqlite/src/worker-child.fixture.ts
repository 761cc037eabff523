/** A process that announces a worker and lives until it is killed. */
import { sqliteStore } from './sqlite-store.js'

const [file = '', worker = ''] = process.argv.slice(2)
await sqliteStore(file).presence?.announce(worker)
process.stdout.write('"announced"\n')
setInterval(() => {}, 1000)
