/** The review for the workers of `npm start`: their bodies tell what they do, and hold where they are to be killed. */
import { defineConfig, storeFrom } from '@refold/cli'
import { reviewAgent } from './agent.js'
import { bodyLog } from './body-log.js'
import { TASK, toLine } from './messages.js'
import type { WorkerTask } from './messages.js'

// The supervisor wrote it with JSON.stringify.
const task = JSON.parse(process.env[TASK] ?? '{}') as WorkerTask
const log = bodyLog(task.bodyLog, task)
const { pid } = process

const review = reviewAgent({
  begun(step, { attempt }) {
    log({ step, what: 'begun', attempt })
    console.log(toLine({ pid, kind: 'begun', step, attempt }))
  },
  async ending(step) {
    if (task.hold.includes(step)) {
      console.log(toLine({ pid, kind: 'holding', step }))
      await new Promise(() => {})
    }
    log({ step, what: 'ended' })
  },
  token: (text) => console.log(toLine({ pid, kind: 'token', text })),
})

export default defineConfig({ agents: [review], store: () => storeFrom(task.store) })
