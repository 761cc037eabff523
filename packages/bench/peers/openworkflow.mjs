/** OpenWorkflow: a workflow with one `step.run` for each step, on its SQLite backend, which needs Node's own SQLite. */
import { join } from 'node:path'
import { OpenWorkflow } from 'openworkflow'
import { BackendSqlite } from 'openworkflow/sqlite'

const CONCURRENCY = 100

export async function open({ directory, effect }) {
  const backend = BackendSqlite.connect(join(directory, 'workflows.db'))
  const client = new OpenWorkflow({ backend })
  const ending = new Map()
  const agents = client.defineWorkflow({ name: 'agent' }, async ({ input: { agent, steps, keep }, step: at }) => {
    let results = []
    for (let step = 1; step <= steps; step++) {
      const result = await at.run({ name: `step-${step}` }, () => effect(agent, step))
      results = keep ? [...results, result] : [result]
    }
    ending.get(agent)?.()
    return results
  })
  const worker = client.newWorker({ concurrency: CONCURRENCY })
  await worker.start()
  return {
    run: async (agent, input) => {
      const ended = new Promise((resolve) => ending.set(agent, resolve))
      const handle = await agents.run({ agent, ...input }, { idempotencyKey: agent })
      // The result is polled for once a second; that it is about to be there is known sooner.
      return Promise.race([handle.result(), ended.then(() => untilStored(handle))])
    },
    close: async () => {
      await worker.stop()
      await backend.stop()
    },
  }
}

async function untilStored(handle) {
  await new Promise((resolve) => setTimeout(resolve, 2))
  return handle.result()
}
