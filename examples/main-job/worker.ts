/** A worker: it opens the store, takes up what is pending there, and works until it is told to close, or is killed. */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { reviewAgent } from './agent.js'
import { bodyLog } from './body-log.js'
import type { FromWorker, ToWorker, WorkerOrder } from './messages.js'

// The supervisor wrote it with JSON.stringify.
const order = JSON.parse(process.argv[2] ?? '{}') as WorkerOrder
const log = bodyLog(order.bodyLog, order)
const tell = (message: FromWorker): void => void process.send?.(message)
const processMs = (): number => Math.round(performance.now())

const review = reviewAgent({
  begun(step, { attempt }) {
    log({ step, what: 'begun', attempt })
    tell({ kind: 'begun', step, attempt, processMs: processMs() })
  },
  async ending(step) {
    if (order.hold.includes(step)) {
      tell({ kind: 'holding', step })
      await new Promise(() => {})
    }
    log({ step, what: 'ended' })
  },
})

// Ctrl-C reaches every process of the terminal; the supervisor says what it means.
process.on('SIGINT', () => {})

const refold = await createRuntime({ store: await storeFrom(order.store), agents: [review] })
const close = (): void => void refold.close().then(() => process.exit(0))
process.on('message', (message: ToWorker) => message === 'close' && close())
process.on('disconnect', close)

const agent = await refold.attach(review, order.review)
// The summary's body reports nothing else.
agent.progress$.subscribe(({ chunk }) => tell({ kind: 'token', text: (chunk as { token: string }).token }))
const { effects } = await refold.recovered
tell({ kind: 'recovered', effects, processMs: processMs() })
