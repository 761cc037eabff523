/** A process with one agent at work, which is told to end by a signal: `signalled-worker.mjs ORDER`. */
import { createRuntime, defineAgent, effect } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { setup } from 'xstate'

const { store, listens, hangsUp, releaseOnSignal } = JSON.parse(process.argv[2])

const work = effect(async ({ signal }) => {
  process.send({ began: true })
  await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
})
const machine = setup({ actors: { work } }).createMachine({ invoke: { src: 'work' } })
const worker = defineAgent({ name: 'worker', version: 1, machine })

const refold = await createRuntime({
  store: sqliteStore(store),
  agents: [worker],
  worker: { leaseDurationMs: 2_000, ...(releaseOnSignal === undefined ? undefined : { releaseOnSignal }) },
})
if (listens)
  process.once('SIGINT', () => {
    process.once('message', () => process.exit(7))
  })
if (hangsUp) process.on('SIGHUP', () => setTimeout(() => process.send({ hungUp: true }), 100)) // longer than a release takes
await refold.start(worker, { id: '1' })
