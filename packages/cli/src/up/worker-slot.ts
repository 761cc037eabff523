/** One place of a fleet: a worker process, and after its death the next one. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { FleetEvent } from './fleet-events.js'
import type { FromWorker, InHand, ToWorker, WorkerOrder } from './messages.js'
import { pauseAfter } from './restart-pauses.js'

/** Where the worker stands. */
type Phase = 'starting' | 'working' | 'dead' | 'stopped'

export interface WorkerSlotOptions {
  readonly order: WorkerOrder
  readonly onEvent: (event: FleetEvent) => void
  /** It died before it could ever work, and said why: so would the next one. */
  readonly onHopeless: (failure: Extract<FromWorker, { readonly kind: 'failed' }>) => void
  /** Its process is gone and none follows. */
  readonly onStopped: () => void
}

const IDLE: InHand = { agents: 0, effects: 0 }

export class WorkerSlot {
  readonly #options: WorkerSlotOptions
  #phase: Phase = 'dead'
  #child: ChildProcess | undefined
  #load: InHand = IDLE
  #startedAt = 0
  #earlyDeaths = 0
  #hasWorked = false
  #draining = false
  #failure: Extract<FromWorker, { readonly kind: 'failed' }> | undefined
  #restart: NodeJS.Timeout | undefined

  constructor(options: WorkerSlotOptions) {
    this.#options = options
  }

  get isWorking(): boolean {
    return this.#phase === 'working'
  }
  get load(): InHand {
    return this.#load
  }

  start(): void {
    const { order, onEvent } = this.#options
    const child = fork(fileURLToPath(new URL('./worker-process.js', import.meta.url)), [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#phase = 'starting'
    this.#startedAt = performance.now()
    this.#failure = undefined
    for (const stream of [child.stdout, child.stderr]) this.#relay(stream)
    child.on('message', (message: FromWorker) => this.#heard(message))
    // A process that could not be made has no `exit`.
    child.once(
      'error',
      (error) => child.pid === undefined && this.#ended(child, { signal: null, exitCode: null, error }),
    )
    child.once('close', (exitCode, signal) => this.#ended(child, { exitCode, signal }))
    if (child.pid !== undefined) onEvent({ type: 'worker.started', worker: order.name, pid: child.pid })
    this.#tell(order)
  }

  /** It hands over what it has, then ends. */
  drain(reason: string): void {
    this.#draining = true
    clearTimeout(this.#restart)
    if (this.#phase === 'dead') this.#stop()
    else this.#tell({ kind: 'drain', reason })
  }

  kill(): void {
    this.#draining = true
    clearTimeout(this.#restart)
    if (this.#phase === 'dead') this.#stop()
    else this.#child?.kill('SIGKILL')
  }

  #tell(message: ToWorker): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {}) // what it has not heard, its end tells
  }

  #heard(message: FromWorker): void {
    const { order, onEvent } = this.#options
    const worker = order.name
    switch (message.kind) {
      case 'loaded':
        this.#phase = 'working'
        this.#hasWorked = true
        return
      case 'ready':
        return onEvent({ type: 'worker.ready', worker, recovered: message.recovered })
      case 'load':
        this.#load = message.load
        return
      case 'took over':
        return onEvent({ type: 'agent.takenOver', worker, ...message.takenOver })
      case 'reported':
        return onEvent({ type: 'agent.reported', worker, ...message.report })
      case 'failed':
        this.#failure = message
    }
  }

  #ended(
    { pid = 0 }: ChildProcess,
    { exitCode, signal, error }: { exitCode: number | null; signal: string | null; error?: Error },
  ): void {
    if (this.#phase === 'dead' || this.#phase === 'stopped') return
    const { order, onEvent, onHopeless } = this.#options
    this.#phase = 'dead'
    this.#load = IDLE
    if (this.#draining) {
      onEvent({ type: 'worker.stopped', worker: order.name, pid })
      return this.#stop()
    }
    if (this.#failure !== undefined && !this.#hasWorked) return onHopeless(this.#failure)
    const livedMs = performance.now() - this.#startedAt
    const { pauseMs, earlyDeaths } = pauseAfter({ earlyDeaths: this.#earlyDeaths, livedMs })
    this.#earlyDeaths = earlyDeaths
    const worker = order.name
    if (error !== undefined) onEvent({ type: 'worker.printed', worker, line: error.message })
    onEvent({ type: 'worker.died', worker, pid, signal, exitCode, restartInMs: pauseMs })
    this.#restart = setTimeout(() => this.start(), pauseMs)
  }

  #stop(): void {
    if (this.#phase === 'stopped') return
    this.#phase = 'stopped'
    this.#options.onStopped()
  }

  #relay(stream: Readable | null): void {
    if (stream === null) return
    const { order, onEvent } = this.#options
    createInterface({ input: stream }).on('line', (line) =>
      onEvent({ type: 'worker.printed', worker: order.name, line }),
    )
  }
}
