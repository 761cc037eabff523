/** W2 and W6: many agents at once in one process. Bounds: plain `createActor` with nothing stored, and bare grouped inserts. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import type { Store } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { bareGrouped, plainActors } from '../bounds.js'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent, STEPS } from '../workload.js'

const LEAST_MS = 1500
const ROUNDS = 3

export async function throughput(directory: string, agents: number): Promise<Figures> {
  const file = join(directory, 'w2.db')
  const rates: number[] = []
  const ofPlain: number[] = []
  const ofGrouped: number[] = []
  const plain: number[] = []
  const stored = await opened(sqliteStore(file))
  await stored.wave('warm', agents)
  for (let round = 0; round < ROUNDS; round++) {
    const rate = await stored.rate(`r${round}`, agents)
    const bound = await plainActors(agents, LEAST_MS)
    rates.push(rate)
    plain.push(bound)
    ofPlain.push(rate / bound)
    ofGrouped.push(rate / bareGrouped(directory, 40_000, agents))
  }
  const steps = stored.steps()
  await stored.close()
  return {
    stepsPerSecond: median(rates),
    plainStepsPerSecond: median(plain),
    ofPlainActors: median(ofPlain),
    ofBareGrouped: median(ofGrouped),
    bytesPerStep: statSync(file).size / steps,
  }
}

/** Our own decide, diff and fold with a store that keeps nothing durable. */
export async function throughputInMemory(agents: number): Promise<Figures> {
  const log = memoryLog()
  const inMemory = await opened(memoryStore(log))
  await inMemory.wave('warm', agents)
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++)
    rates.push((await inMemory.rate(`r${round}`, agents)) / (await plainActors(agents, LEAST_MS)))
  await inMemory.close()
  return { ofPlainActors: median(rates) }
}

/** Bytes of the records as plain JSON, a step. */
export async function jsonBytesPerStep(): Promise<Figures> {
  const agents = 20
  const store = memoryStore()
  const bytes: number[] = []
  const append = store.append.bind(store)
  store.append = (stream, events, options) => {
    for (const event of events)
      bytes.push(JSON.stringify({ type: event.type, data: event.data, metadata: event.metadata }).length)
    return append(stream, events, options)
  }
  const run = await opened(store)
  await run.wave('json', agents)
  await run.close()
  return { jsonBytesPerStep: bytes.reduce((a, b) => a + b, 0) / (agents * STEPS) }
}

interface Opened {
  wave(name: string, agents: number): Promise<void>
  rate(name: string, agents: number): Promise<number>
  steps(): number
  close(): Promise<void>
}

async function opened(store: Store): Promise<Opened> {
  const agent = stepAgent((name, step) => Promise.resolve(makeResult(name, step)))
  const runtime = await createRuntime({ store, agents: [agent] })
  let steps = 0
  const wave = async (name: string, agents: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: agents }, async (_, i) => {
        const id = `${name}-${i}`
        await (await runtime.start(agent, { id, input: { agent: id, steps: STEPS, keep: true } })).done()
      }),
    )
    steps += agents * STEPS
  }
  return {
    wave,
    steps: () => steps,
    close: () => runtime.close(),
    rate: async (name, agents) => {
      const from = performance.now()
      const before = steps
      for (let waves = 0; waves === 0 || performance.now() - from < LEAST_MS; waves++)
        await wave(`${name}-${waves}`, agents)
      return (steps - before) / ((performance.now() - from) / 1000)
    },
  }
}
