/** Refold itself: an XState machine on the sqlite store. */
import { join } from 'node:path'
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { stepAgent } from '../workload.js'
import type { Adapter, AdapterOptions } from './adapter.js'

export async function open({ directory, effect }: AdapterOptions): Promise<Adapter> {
  const definition = stepAgent(effect)
  const worker = await createWorker({ store: sqliteStore(join(directory, 'agents.db')), agents: [definition] })
  return {
    run: async (agent, input) => {
      const started = await worker.start(definition, { id: agent, input: { agent, ...input } })
      return (await started.done()).context.results
    },
    close: () => worker.close(),
  }
}
