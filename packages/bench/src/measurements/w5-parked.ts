/** W5: parked agents: what one costs in memory, and how soon it wakes. Run with `--expose-gc`. */
import { join } from 'node:path'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent } from '../workload.js'

const AGENTS = 10_000
const WAKES = 40

export async function parked(directory: string): Promise<Figures> {
  const agent = stepAgent((name, step) => Promise.resolve(makeResult(name, step)), { initial: 'parked' })
  const runtime = await createRuntime({ store: sqliteStore(join(directory, 'w5.db')), agents: [agent] })
  const park = async (name: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at += 500) {
      await Promise.all(
        Array.from({ length: Math.min(500, count - at) }, (_, i) =>
          runtime.start(agent, { id: `${name}-${at + i}`, input: { agent: name, steps: 1, keep: true } }),
        ),
      )
    }
  }
  await park('warm', 500)
  const before = heap()
  await park('parked', AGENTS)
  const bytesPerAgent = (heap() - before) / AGENTS
  const wakes: number[] = []
  for (let i = 0; i < WAKES; i++) {
    const one = await runtime.attach(agent, `parked-${(i * 379) % AGENTS}`)
    const from = performance.now()
    await one.send({ type: 'GO' })
    await one.done()
    wakes.push(performance.now() - from)
  }
  await runtime.close()
  return { bytesPerAgent, wakeMs: median(wakes.slice(WAKES / 4)) }
}

function heap(): number {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('run with --expose-gc')
  for (let i = 0; i < 4; i++) gc()
  return process.memoryUsage().heapUsed
}
