/** `refold up`: a fleet of workers, until someone ends it. */
import { availableParallelism } from 'node:os'
import { findConfig } from '../config/load-config.js'
import { EXIT } from '../exit-codes.js'
import { DEFAULT_ADDRESSES, parseHealthAddress } from '../health/health-address.js'
import type { HealthAddress } from '../health/health-address.js'
import { serveHealth } from '../health/health-server.js'
import { checkConfig } from './config-check.js'
import type { FleetEvent } from './fleet-events.js'
import { InspectorSlot } from './inspector-slot.js'
import { screenOn } from './screen.js'
import type { Screen } from './screen.js'
import { Supervisor } from './supervisor.js'

export interface UpOptions {
  readonly config?: string
  readonly store?: string
  readonly workers?: number
  readonly capacity?: number
  /** Seconds after which a worker that says nothing is killed. */
  readonly stallAfter?: number
  /** Where health and metrics are served; `false`: nowhere. Default: the configuration, else loopback. */
  readonly health?: string | boolean
  /** Serves the inspector, at this port. */
  readonly inspect?: number | true
  /** Orders may be given from its page. */
  readonly inspectWrite?: boolean
  readonly json: boolean
}

const DRAW_EVERY_MS = 200
const LOOK_EVERY_MS = 2_000
/** Long after its lease, when others have its agents: a busy machine may keep a healthy worker waiting for a while. */
const DEFAULT_STALL_SECONDS = 30

/** Resolves to the exit code when the fleet has ended. Rejects when no worker can work, or the configuration is none. */
export async function up(options: UpOptions): Promise<number> {
  const file = findConfig(options.config, process.cwd())
  const { workers, health } = await checkConfig(file) // a mistake in it is told once, not by every worker
  const addresses = addressesOf(options.health, health)
  const screen = screenOn(process.stdout, options)
  const supervisor = new Supervisor({
    config: file,
    store: options.store,
    capacity: options.capacity,
    stallMs: 1_000 * (options.stallAfter ?? DEFAULT_STALL_SECONDS),
    workers: options.workers ?? workers ?? availableParallelism(),
    onEvent: (event) => screen.event(event),
    whenReady: outputReadiness(process.stdout),
    ...(addresses.length === 0 ? undefined : { lookEveryMs: LOOK_EVERY_MS }),
  })
  const server = addresses.length === 0 ? undefined : await serveHealth(supervisor, addresses)
  if (server !== undefined) screen.event({ type: 'fleet.serving', url: server.url })
  const inspector = inspectorOf(options, { config: file, onEvent: (event) => screen.event(event) })
  inspector?.start()
  const stopListening = listen(supervisor)
  const stopDrawing = draw(supervisor, screen)
  try {
    await supervisor.run()
    return supervisor.wasKilled ? EXIT.interrupted : EXIT.ok
  } finally {
    inspector?.end()
    server?.close()
    stopDrawing()
    stopListening()
    screen.end()
  }
}

function inspectorOf(
  { inspect, inspectWrite = false, store }: UpOptions,
  { config, onEvent }: { readonly config: string; readonly onEvent: (event: FleetEvent) => void },
): InspectorSlot | undefined {
  if (inspect === undefined && !inspectWrite) return undefined
  const port = typeof inspect === 'number' ? { port: inspect } : undefined
  const order = { config, write: inspectWrite, ...(store === undefined ? undefined : { store }), ...port }
  return new InspectorSlot({ order, onEvent, whenReady: outputReadiness(process.stdout) })
}

/** What the command says wins over the configuration. None: nothing is served. */
function addressesOf(
  given: string | boolean | undefined,
  configured: string | false | undefined,
): readonly HealthAddress[] {
  const named = typeof given === 'string' ? given : configured
  if (given === false || named === false) return []
  return named === undefined ? DEFAULT_ADDRESSES : [parseHealthAddress(named)]
}

/** When the output takes more: it may be read slowly. Once it is closed there is nothing to wait for. */
function outputReadiness(output: NodeJS.WriteStream): () => Promise<void> | undefined {
  let isClosed = false
  let ready: Promise<void> | undefined
  output.on('error', () => (isClosed = true))
  return () => {
    if (isClosed || !output.writableNeedDrain) return undefined
    ready ??= new Promise((resolve) => {
      const done = (): void => {
        ready = undefined
        output.off('drain', done).off('error', done)
        resolve()
      }
      output.on('drain', done).on('error', done)
    })
    return ready
  }
}

/** The first signal drains, a second one ends at once. Where no one reads what it says, it drains too. */
function listen(supervisor: Supervisor): () => void {
  let asked = false
  const drain = (why: string): void => {
    if (!asked) supervisor.drain(why)
    asked = true
  }
  const heard = (signal: NodeJS.Signals): void => (asked ? supervisor.kill(signal) : drain(signal))
  const closed = (): void => drain('the output was closed')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, heard)
  process.stdout.on('error', closed)
  return () => {
    for (const signal of signals) process.off(signal, heard)
  }
}

function draw(supervisor: Supervisor, screen: Screen): () => void {
  const timer = setInterval(() => screen.status(supervisor.status), DRAW_EVERY_MS)
  return () => clearInterval(timer)
}
