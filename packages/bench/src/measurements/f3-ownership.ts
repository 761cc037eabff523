/**
 * F3: what it costs that either of two workers may take the other's agents. Beside it the same two workers on the same kind
 * of file with definitions of their own: they share the file all the same, but neither looks after the other's agents.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fleetProcess } from '../fleet-process.js'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { STEPS } from '../workload.js'

const AGENTS = 100
const WAVES = 12
const ROUNDS = 3

export async function ownership(directory: string): Promise<Figures> {
  const shared: Rates[] = []
  const apart: Rates[] = []
  for (let round = 0; round < ROUNDS; round++) {
    apart.push(await rates(join(directory, `apart-${round}`), ['one', 'two']))
    shared.push(await rates(join(directory, `shared-${round}`), ['bench', 'bench']))
  }
  const ofApart = (rate: keyof Rates): number =>
    median(shared.map((steps, round) => steps[rate] / (apart[round]?.[rate] ?? Number.NaN)))
  return {
    ofApart: ofApart('perSecond'),
    ofApartByCpu: ofApart('perCpuSecond'),
    stepsPerSecond: median(shared.map(({ perSecond }) => perSecond)),
  }
}

interface Rates {
  readonly perSecond: number
  /** Of processor time: what other programs do at the same time says nothing here. */
  readonly perCpuSecond: number
}

/** Steps of two workers together. */
async function rates(directory: string, definitions: readonly [string, string]): Promise<Rates> {
  mkdirSync(directory)
  const workers = await Promise.all(
    definitions.map((definition, index) => fleetProcess({ directory, name: `w${index}`, definition })),
  )
  const spans = await Promise.all(workers.map((worker) => worker.start({ agents: AGENTS, waves: WAVES })))
  for (const worker of workers) worker.kill()
  const seconds = (Math.max(...spans.map(({ to }) => to)) - Math.min(...spans.map(({ from }) => from))) / 1000
  const cpuSeconds = spans.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000
  const steps = 2 * AGENTS * WAVES * STEPS
  return { perSecond: steps / seconds, perCpuSecond: steps / cpuSeconds }
}
