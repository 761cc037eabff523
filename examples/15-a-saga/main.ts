/** Books a trip whose payment is declined, and kills the process with SIGKILL in the middle of taking the hotel back. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { openAgency } from './agency.js'
import { trip } from './agent.js'

const file = process.argv[2] ?? 'trips.db'
const id = `trip-${Date.now()}`
let worker: ChildProcess | undefined
await using agency = await openAgency({
  refuses: { payment: 'the card was declined' },
  beforeReply: ({ what }) => void (what === 'undo' && worker?.kill('SIGKILL')),
})
worker = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [file, id, agency.url])
const [, signal] = await once(worker, 'exit')
worker = undefined
console.log(`killed (${signal}) after: ${agency.done.join(', ')}`)

await using refold = await createRuntime({ store: sqliteStore(file), agents: [trip] })
const { output } = await (await refold.attach(trip, id)).done()
console.log(`in the end: ${agency.done.join(', ')}`)
console.log(`undone: ${output.why}`)
