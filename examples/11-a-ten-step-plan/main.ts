/** Runs the same program until it ends well: the first time it dies in step five. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { linesOf } from './agent.js'

const file = process.argv[2] ?? 'plan.db'
const id = `plan-${Date.now()}`
const log = `${file}.${id}.log`

for (let ended = false; !ended;) {
  const worker = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [file, id, log])
  const [code, signal] = await once(worker, 'exit')
  ended = code === 0
  if (!ended) console.log(`process ${worker.pid} ended with ${signal ?? code}`)
}
console.log(linesOf(log).join('\n'))
