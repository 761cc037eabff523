/** W4: SIGKILL while the effect of step 5 is in flight; how often each body runs, and how soon it is restarted. */
import { spawn } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent, STEPS } from '../workload.js'

const HANGS_AT = 5

/** The process that is killed, and the one after it. */
export async function resumptionWorker(directory: string, hang: boolean): Promise<void> {
  const agent = stepAgent((name, step) => {
    appendFileSync(join(directory, 'bodies.txt'), `${step}\n`)
    process.stdout.write(`body ${step}\n`)
    return hang && step === HANGS_AT ? new Promise<never>(() => {}) : Promise.resolve(makeResult(name, step))
  })
  const runtime = await createRuntime({ store: sqliteStore(join(directory, 'w4.db')), agents: [agent] })
  const started = await runtime.start(agent, { id: 'plan', input: { agent: 'plan', steps: STEPS, keep: true } })
  await started.done()
  process.stdout.write('finished\n')
  await runtime.close()
}

export async function resumption(directory: string, entry: string): Promise<Figures> {
  const first = spawn(process.execPath, [entry, 'w4-worker', directory, 'hang'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: first.stdout })) if (line === `body ${HANGS_AT}`) break
  first.kill('SIGKILL')
  const from = performance.now()
  const second = spawn(process.execPath, [entry, 'w4-worker', directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  let restarted = Number.NaN
  for await (const line of createInterface({ input: second.stdout }))
    if (line.startsWith('body') && Number.isNaN(restarted)) restarted = performance.now() - from
  const bodies = readFileSync(join(directory, 'bodies.txt'), 'utf8').trim().split('\n')
  return { bodies: bodies.length, restartedMs: restarted }
}
