/** W4: SIGKILL while the effect of step 5 is in flight; how often each body runs, and how soon it is restarted. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../figures.js'
import { HANGS_AT } from '../workload.js'

const WORKER = fileURLToPath(new URL('../resumption-worker.js', import.meta.url))

export async function resumption(directory: string): Promise<Figures> {
  const first = spawn(process.execPath, [WORKER, directory, 'hang'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: first.stdout })) if (line === `body ${HANGS_AT}`) break
  first.kill('SIGKILL')
  const from = performance.now()
  const second = spawn(process.execPath, [WORKER, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  let restarted = Number.NaN
  for await (const line of createInterface({ input: second.stdout }))
    if (line.startsWith('body') && Number.isNaN(restarted)) restarted = performance.now() - from
  const bodies = readFileSync(join(directory, 'bodies.txt'), 'utf8').trim().split('\n')
  return { bodies: bodies.length, restartedMs: restarted }
}
