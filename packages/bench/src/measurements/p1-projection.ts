/** P1: a projection that is built from the first record, over a file of many agents: what evolve does with each is next to nothing. */
import { join } from 'node:path'
import { createClient, createRuntime, defineProjection, memoryLog, memoryStore } from '@refold/core'
import type { Store } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { timed } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent } from '../workload.js'

const FILE = 'p1.db'
const AGENTS_AT_ONCE = 200
const STEPS = 100

/** Writes the records of that many agents, of about a hundred records each: those of 200 agents by turns, as workers write them. */
export async function writeMany(directory: string, agents: number): Promise<void> {
  const target = sqliteStore(join(directory, FILE))
  const agent = stepAgent((name, step) => Promise.resolve(makeResult(name, step)))
  for (let first = 0; first < agents; first += AGENTS_AT_ONCE) {
    const log = memoryLog()
    const runtime = await createRuntime({ store: memoryStore(log), agents: [agent] })
    const ids = Array.from({ length: Math.min(AGENTS_AT_ONCE, agents - first) }, (_, index) => `a${first + index}`)
    const input = { steps: STEPS, keep: false }
    const started = await Promise.all(ids.map((id) => runtime.start(agent, { id, input: { ...input, agent: id } })))
    await Promise.all(started.map((one) => one.done()))
    await copyByTurns(memoryStore(log), target)
    await runtime.close()
  }
  await target.close()
}

async function copyByTurns(from: Store, to: Store): Promise<void> {
  for await (const page of from.readAll()) {
    await Promise.all(
      page
        .filter(({ stream }) => stream.startsWith('bench-'))
        .map(async (event) => {
          const { revision, stream } = event
          const expected = revision === 0n ? 'no_stream' : ((revision - 1n) as typeof revision)
          const result = await to.append(stream, [event], { expected })
          if (!result.ok) throw new Error('the copy met a conflict')
        }),
    )
  }
}

const agent = stepAgent((name, step) => Promise.resolve(makeResult(name, step)))

/** A document for each agent, of what its effects gave; as a store reads the same events whole: beside it. */
export async function buildProjection(directory: string, kind: string): Promise<Figures> {
  const costs = defineProjection({
    name: 'costs',
    version: 1,
    agents: [agent],
    ...(kind === 'one' ? { key: () => 'all' } : {}),
    initial: { status: 'active', steps: 0, tokens: 0 },
    evolve: (document, { event, changes }) => {
      if (event.type !== 'refold.effect.done')
        return changes.status === undefined ? document : { ...document, status: changes.status }
      const { usage } = event.data.output
      return { ...document, steps: document.steps + 1, tokens: document.tokens + usage.input + usage.output }
    },
  })
  const store = sqliteStore(join(directory, FILE))
  const client = await createClient({ store, agents: [agent] })
  let records = 0
  const start = process.cpuUsage()
  const seconds = await timed(async () => {
    const projection = await client.project(costs)
    await projection.ready
    records = projection.status.records
  })
  const { user, system } = process.cpuUsage(start)
  for (const build of (await store.projections?.builds()) ?? []) await store.projections?.remove(build)
  const reading = await readWhole(store)
  await client.close()
  const cpuUs = (user + system) / records
  return { records, perSecond: records / seconds, cpuUs, perCpuSecond: 1e6 / cpuUs, readUs: reading / records }
}

async function readWhole(store: Store): Promise<number> {
  const start = process.cpuUsage()
  for await (const page of store.readAll()) for (const { data, metadata } of page) void [data, metadata]
  const { user, system } = process.cpuUsage(start)
  return user + system
}
