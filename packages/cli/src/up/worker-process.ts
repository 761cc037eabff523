/** A worker of a fleet: the process that `Supervisor` forks. It performs agents until it is told to drain, or is killed. */
import { createRuntime, isRefoldError } from '@refold/core'
import type { Runtime } from '@refold/core'
import { loadConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'
import { EXIT, exitCodeOf } from '../exit-codes.js'
import type { FromWorker, ToWorker, WorkerOrder } from './messages.js'

const LOAD_EVERY_MS = 500

let runtime: Promise<Runtime> | undefined
let draining = false

process.on('message', (message: ToWorker) => {
  if (message.kind === 'drain') void drain()
  else if (runtime === undefined) void work(message)
})
// A supervisor that is gone cannot start anything again: its workers hand over what they have.
process.on('disconnect', () => void drain())
process.on('SIGTERM', () => void drain())
// Ctrl-C reaches every process of the terminal; the supervisor says what it means.
process.on('SIGINT', () => {})

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {}) // one that was on its way when the supervisor went is nobody's
}

async function work(order: WorkerOrder): Promise<void> {
  try {
    runtime = open(order)
    const { recovered } = await runtime
    tell({ kind: 'loaded' })
    const { reports: _, ...counts } = await recovered
    tell({ kind: 'ready', recovered: counts })
    tellLoad(await runtime)
  } catch (error) {
    if (draining) return
    fail(error)
  }
}

async function open({ name, config: file, store, capacity }: WorkerOrder): Promise<Runtime> {
  const config = await loadConfig(file)
  return createRuntime({
    store: await openStore(config, store),
    agents: config.agents,
    worker: { ...config.worker, id: name, ...(capacity === undefined ? undefined : { capacity }) },
    onReport: ({ code, message, agent }) =>
      tell({ kind: 'reported', report: { code, message, ...(agent === undefined ? undefined : { agent }) } }),
    onTakeover: (takenOver) => tell({ kind: 'took over', takenOver }),
  })
}

/** Only when it changed: a fleet that rests is silent. */
function tellLoad({ load: first }: Runtime): void {
  let last = first
  tell({ kind: 'load', load: first })
  const timer = setInterval(() => {
    void runtime?.then(({ load }) => {
      if (load.agents !== last.agents || load.effects !== last.effects) tell({ kind: 'load', load: (last = load) })
    })
  }, LOAD_EVERY_MS)
  timer.unref()
}

async function drain(): Promise<void> {
  if (draining) return
  draining = true
  try {
    const opened = await runtime
    await opened?.close()
    process.exit(EXIT.ok)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  const code = isRefoldError(error) ? error.code : 'INVARIANT'
  const message = error instanceof Error ? error.message : String(error)
  const hint = isRefoldError(error) ? error.hint : undefined
  tell({ kind: 'failed', code, message, ...(hint === undefined ? undefined : { hint }) })
  console.error(error)
  process.exitCode = exitCodeOf(error)
  if (process.connected) process.disconnect() // what was told is sent first
  process.exit()
}
