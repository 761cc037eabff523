/** Starts three workers and thirty errands, and kills one of the workers half-way. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { storeFrom } from '@refold/cli'
import { createClient } from '@refold/core'
import { errand, STEPS } from './agent.js'

const ERRANDS = 30
const file = process.argv[2] ?? 'errands.db'
const log = `${file}.${Date.now()}.log`

const names = ['ada', 'bo', 'cy'] as const
const workers = names.map((name) => fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [file, name]))
await Promise.all(workers.map((worker) => once(worker, 'message')))

// A client: this process starts and watches; it performs nothing.
await using refold = await createClient({ store: await storeFrom(file), agents: [errand] })
const errands = await Promise.all(
  Array.from({ length: ERRANDS }, (_, index) => refold.start(errand, { id: `${Date.now()}-${index}`, input: { log } })),
)
await errands[0]?.waitFor((state) => state.context.steps >= 2)
const lines = (): readonly string[] => readFileSync(log, 'utf8').trimEnd().split('\n')
const busy = Number(lines().at(-1)?.split(' ')[1])
const victim = workers.findIndex(({ pid }) => pid === busy)
const others = workers.filter((_, index) => index !== victim)
workers[victim]?.kill('SIGKILL')
console.log(`${names[victim]} is killed`)

await Promise.all(errands.map((one) => one.done()))
for (const worker of others) worker.send('close')
await Promise.all(others.map((worker) => once(worker, 'exit')))

const steps = lines().map((line) => line.split(' ', 1)[0])
const repeated = steps.length - new Set(steps).size
console.log(`${ERRANDS} errands of ${STEPS} steps: ${new Set(steps).size} steps ended, ${repeated} of them twice`)
