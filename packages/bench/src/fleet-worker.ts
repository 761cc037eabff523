/**
 * One worker of the fleet's measurements: it tells its parent when it is ready, when each body begins, and when it has
 * started what it was told to. Times are of a clock that all processes of the machine share.
 */
import { join } from 'node:path'
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { FleetOrder, FleetStart, FleetTold } from './fleet-messages.js'
import { makeResult, stepAgent, STEPS } from './workload.js'

const order = JSON.parse(process.argv[2] ?? '{}') as FleetOrder
const tell = (message: FleetTold): void => void process.send?.(message)
const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6

const agent = stepAgent(
  (name, step) => {
    if (order.hangs === undefined) return Promise.resolve(makeResult(name, step))
    tell({ kind: 'body', at: sharedNow() })
    return new Promise<never>(() => {})
  },
  { name: order.definition },
)
const worker = await createWorker({
  store: sqliteStore(join(order.directory, 'fleet.db')),
  agents: [agent],
  id: order.name,
})
await worker.recovered
process.on('message', (message: FleetStart) => void start(message))
tell({ kind: 'ready' })

async function start({ agents, waves }: FleetStart): Promise<void> {
  const from = sharedNow()
  const before = process.cpuUsage()
  for (let wave = 0; wave < waves; wave++) {
    const started = await Promise.all(
      Array.from({ length: agents }, (_, index) => {
        const id = `${order.name}-${wave}-${index}`
        return worker.start(agent, { id, input: { agent: id, steps: STEPS, keep: true } })
      }),
    )
    if (order.hangs === undefined) await Promise.all(started.map((one) => one.done()))
  }
  const { user, system } = process.cpuUsage(before)
  tell({ kind: 'ended', from, to: sharedNow(), cpuMs: (user + system) / 1000 })
}
