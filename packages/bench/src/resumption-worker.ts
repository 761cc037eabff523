/** The process that W4 kills, and the one after it: `node resumption-worker.js DIRECTORY [hang]`. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { HANGS_AT, makeResult, stepAgent, STEPS } from './workload.js'

const [directory = '', hang] = process.argv.slice(2)
const agent = stepAgent((name, step) => {
  appendFileSync(join(directory, 'bodies.txt'), `${step}\n`)
  process.stdout.write(`body ${step}\n`)
  if (hang !== undefined && step === HANGS_AT) return new Promise<never>(() => {})
  return Promise.resolve(makeResult(name, step))
})
const runtime = await createWorker({ store: sqliteStore(join(directory, 'w4.db')), agents: [agent] })
const started = await runtime.start(agent, { id: 'plan', input: { agent: 'plan', steps: STEPS, keep: true } })
await started.done()
process.stdout.write('finished\n')
await runtime.close()
