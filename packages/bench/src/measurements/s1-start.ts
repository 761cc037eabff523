/** S1: how soon a command has answered, and how soon a worker works, in fresh processes on a small file. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { median, timed } from '../figures.js'
import type { Figures } from '../figures.js'
import { fleetProcess } from '../fleet-process.js'
import { millisecondsOfRefold, REFOLD } from '../refold-process.js'
import { makeResult, stepAgent, STEPS } from '../workload.js'

const STARTS = 10
const AGENTS = 10
const CONFIG = fileURLToPath(new URL('../bench.config.js', import.meta.url))

export async function startOfCommand(directory: string): Promise<Figures> {
  const file = join(directory, 'small.db')
  const agent = stepAgent((name, step) => Promise.resolve(makeResult(name, step)))
  const runtime = await createRuntime({ store: sqliteStore(file), agents: [agent] })
  for (let n = 0; n < AGENTS; n++) {
    const started = await runtime.start(agent, { id: `${n}`, input: { agent: `${n}`, steps: STEPS, keep: true } })
    await started.done()
  }
  await runtime.close()
  return { ms: median(Array.from({ length: STARTS }, () => millisecondsOfRefold(['ls', '--store', file]))) }
}

/** With a worker of the libraries alone, as a program makes one. */
export async function startOfWorker(directory: string): Promise<Figures> {
  const took: number[] = []
  for (let n = 0; n < STARTS; n++)
    took.push(
      1_000 * (await timed(async () => (await fleetProcess({ directory, name: `w${n}`, definition: 'bench' })).kill())),
    )
  return { ms: median(took) }
}

/** As `refold up` tells of it. */
export async function startOfFleetWorker(directory: string): Promise<Figures> {
  const took: number[] = []
  for (let n = 0; n < STARTS; n++) took.push(await startOfOne(join(directory, `${n}.db`)))
  return { ms: median(took) }
}

async function startOfOne(file: string): Promise<number> {
  const args = [REFOLD, 'up', '--json', '--no-health', '--workers', '1', '--config', CONFIG, '--store', file]
  const fleet = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let from = Number.NaN
  let ms = Number.NaN
  for await (const line of createInterface({ input: fleet.stdout })) {
    const { type } = JSON.parse(line) as { type: string }
    if (type === 'worker.started') from = performance.now()
    if (type !== 'worker.ready') continue
    ms = performance.now() - from
    fleet.kill('SIGTERM')
  }
  return ms
}
