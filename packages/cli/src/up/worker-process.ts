/** A worker of a fleet: the process that `Supervisor` forks. It performs agents until it is told to drain, or is killed. */
import { createMetrics, createWorker, isRefoldError, printableLines } from '@refold/core'
import type { Store, Worker } from '@refold/core'
import { loadConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'
import { EXIT, exitCodeOf } from '../exit-codes.js'
import { WorkerLooks } from '../health/worker-looks.js'
import type { Envelope, FromWorker, InHand, ToWorker, WorkerOrder } from './messages.js'
import { watchForOrphanhood } from './orphan-watch.js'
import { isStoreTrouble } from './store-trouble.js'

const LOAD_EVERY_MS = 500
/** Of an orphan whose event loop is blocked: with the watch's own steps it ends within the five seconds of CLI-4. */
const SILENT_ORPHAN_MS = 3_500
const ALIVE_EVERY_MS = 1_000

let worker: Promise<Worker> | undefined
const metrics = createMetrics()
let looks: WorkerLooks | undefined
let isOpen = false
let draining = false

process.on('message', (message: ToWorker) => {
  if (message.kind === 'drain') void drain(message.reason)
  else if (message.kind === 'look') void looks?.look(message)
  else if (worker === undefined) void work(message)
})
// A supervisor that is gone cannot start anything again: its workers hand over what they have.
process.on('disconnect', () => void drain('its supervisor is gone'))
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void drain(signal))
setInterval(() => tell({ kind: 'alive' }), ALIVE_EVERY_MS).unref()
watchForOrphanhood({ silentMs: SILENT_ORPHAN_MS })
// What is printed for a supervisor that is gone is no one's; it must not end the worker before it has drained.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
// Ctrl-C reaches every process of the terminal; the supervisor says what it means.
process.on('SIGINT', () => {})

function tell(message: FromWorker): void {
  if (process.connected) process.send?.({ refold: message } satisfies Envelope, undefined, undefined, () => {}) // one that was on its way when the supervisor went is no one's
}

async function work(order: WorkerOrder): Promise<void> {
  try {
    worker = open(order)
    const { recovered } = await worker
    looks?.open(await worker)
    isOpen = true
    tell({ kind: 'loaded' })
    const { reports: _, ...counts } = await recovered
    tell({ kind: 'ready', recovered: counts })
    tellLoad(await worker)
  } catch (error) {
    if (draining) return
    fail(error)
  }
}

async function open({ name, config: file, store, capacity }: WorkerOrder): Promise<Worker> {
  const config = await loadConfig(file)
  const { agents, codecs = [], observers = [] } = config
  const opened: Store = await openStore(config, store)
  looks = new WorkerLooks({ metrics, directory: opened.directory, tell: (looked) => tell({ kind: 'looked', looked }) })
  return createWorker({
    store: opened,
    agents,
    codecs,
    observers: [metrics.observer, ...observers],
    ...config.worker,
    id: name,
    releaseOnSignal: false,
    ...(capacity === undefined ? undefined : { capacity }),
    onReport: ({ code, message, agent, facts }) => {
      // This process can use the store no more. Whether another one may is for a person to see.
      if (code === 'STORE_FATAL' && agent === undefined) return fail(facts?.['cause'])
      tell({ kind: 'reported', report: { code, message, ...(agent === undefined ? undefined : { agent }) } })
      if (code === 'DRAINED') {
        tell({ kind: 'draining' })
        void drain(message)
      }
    },
    onTakeover: (takenOver) => tell({ kind: 'took over', takenOver }),
  })
}

/** Only when it changed: a fleet that rests is silent. */
function tellLoad(open: Worker): void {
  let last: InHand | undefined
  const look = (): void => {
    const { agents, effects } = open.load
    if (agents !== last?.agents || effects !== last.effects) tell({ kind: 'load', load: (last = { agents, effects }) })
  }
  look()
  setInterval(look, LOAD_EVERY_MS).unref()
}

/** What the store cannot take any more is found by the next owner. One that is still opening has nothing yet, and may never. */
async function drain(reason: string): Promise<void> {
  if (draining) return
  draining = true
  if (!isOpen) process.exit(EXIT.ok)
  try {
    const opened = await worker
    await opened?.drain({ by: 'refold up', reason })
    looks?.last()
    end(EXIT.ok)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  const code = isRefoldError(error) ? error.code : 'INVARIANT'
  const message = error instanceof Error ? error.message : String(error)
  const hint = isRefoldError(error) ? error.hint : undefined
  tell({ kind: 'failed', code, message, ...(hint === undefined ? undefined : { hint }) })
  const stack = error instanceof Error ? (error.stack ?? message) : message
  console.error(printableLines(isStoreTrouble(error) ? `refold: error: ${message}` : stack))
  end(exitCodeOf(error))
}

/** What was told is sent first. */
function end(code: number): void {
  process.exitCode = code
  if (process.connected) process.disconnect()
  process.exit()
}
