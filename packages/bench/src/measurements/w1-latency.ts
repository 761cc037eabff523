/** W1: one agent after the other, every step durable before the next. The bound: bare one-row commits. */
import { join } from 'node:path'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { bareCommits } from '../bounds.js'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent, STEPS } from '../workload.js'

const AGENTS = 200
const ROUNDS = 5

export async function latency(directory: string): Promise<Figures> {
  const starts: number[] = []
  const agent = stepAgent((name, step) => {
    starts.push(performance.now())
    return Promise.resolve(makeResult(name, step))
  })
  const runtime = await createRuntime({ store: sqliteStore(join(directory, 'w1.db')), agents: [agent] })
  const run = async (id: string): Promise<void> => {
    const started = await runtime.start(agent, { id, input: { agent: id, steps: STEPS, keep: true } })
    await started.done()
  }
  for (let i = 0; i < 50; i++) await run(`warm-${i}`)
  bareCommits(directory, 500)
  const rates: number[] = []
  const ratios: number[] = []
  const gaps: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    starts.length = 0
    const from = performance.now()
    for (let i = 0; i < AGENTS / ROUNDS; i++) await run(`r${round}-${i}`)
    const rate = ((AGENTS / ROUNDS) * STEPS) / ((performance.now() - from) / 1000)
    for (let i = 1; i < starts.length; i++) if (i % STEPS !== 0) gaps.push((starts[i] ?? 0) - (starts[i - 1] ?? 0))
    rates.push(rate)
    ratios.push(rate / bareCommits(directory, 1000))
  }
  await runtime.close()
  return { stepsPerSecond: median(rates), p50Ms: median(gaps), ofBareCommits: median(ratios) }
}
