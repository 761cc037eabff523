/** One place of a fleet: a worker process, and after its death the next one. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { WorkerReadiness } from '../health/readiness.js'
import { WorkerHealth } from '../health/worker-health.js'
import type { FleetEvent } from './fleet-events.js'
import { isEnvelope } from './messages.js'
import type { Failure, FromWorker, InHand, Looked, ToWorker, WorkerOrder } from './messages.js'
import { printedLines } from './printed-lines.js'
import { pauseAfter } from './restart-pauses.js'
import { StallWatch } from './stall-watch.js'

/** Where the worker stands. */
type Phase = 'starting' | 'working' | 'dead' | 'stopped'

export interface WorkerSlotOptions {
  readonly order: WorkerOrder
  /** A worker that says nothing for so long is killed. */
  readonly stallMs: number
  readonly onEvent: (event: FleetEvent) => void
  /** When more of what a worker prints can be taken; `undefined`: at once. */
  readonly whenReady: () => Promise<void> | undefined
  /** Variables that the next process gets, beside this one's. */
  readonly environment: () => Readonly<Record<string, string>>
  /** Before a worker that died is started again; `undefined`: longer and longer while it dies young. */
  readonly restartPauseMs: number | undefined
  /** Whether it is no use to start another one after this failure; `worked`: of a worker that could work. */
  readonly isHopeless: (failure: Failure, life: { readonly worked: boolean }) => boolean
  readonly onHopeless: (failure: Failure) => void
  /** What it has answered to a look. */
  readonly onLooked: (looked: Looked) => void
  /** Its process is gone, and with it what it had in hand. */
  readonly onGone: () => void
  /** Its process is gone and none follows. */
  readonly onStopped: () => void
}

/** How long after its end what a worker has printed is still read. */
const LAST_LINES_MS = 500

const NOT_READY = {
  starting: 'it is starting',
  working: undefined,
  dead: 'it has died; another one starts soon',
  stopped: 'it has ended',
} as const satisfies Record<Phase, string | undefined>

const IDLE: InHand = { agents: 0, effects: 0 }

export class WorkerSlot {
  readonly #options: WorkerSlotOptions
  #phase: Phase = 'dead'
  #child: ChildProcess | undefined
  #health = new WorkerHealth()
  #load: InHand = IDLE
  #startedAt = 0
  #earlyDeaths = 0
  #hasWorked = false
  #hasFailed = false
  #draining = false
  #failure: Failure | undefined
  #restart: NodeJS.Timeout | undefined

  constructor(options: WorkerSlotOptions) {
    this.#options = options
  }

  get isWorking(): boolean {
    return this.#phase === 'working'
  }
  /** Whether a worker has ever worked here. */
  get hasWorked(): boolean {
    return this.#hasWorked
  }
  /** Whether one has said why it cannot. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }
  get load(): InHand {
    return this.#load
  }
  get readiness(): WorkerReadiness {
    return this.#health.readiness(this.#options.order.name, NOT_READY[this.#phase])
  }

  /** Asks the worker how it is. */
  look({ agents }: { readonly agents: boolean }): void {
    this.#health.asked()
    this.#tell({ kind: 'look', agents })
  }

  start(): void {
    const { order, onEvent } = this.#options
    this.#phase = 'starting'
    this.#health = new WorkerHealth()
    this.#startedAt = performance.now()
    this.#failure = undefined
    const child = (this.#child = this.#made())
    if (child === undefined) return
    this.#listenForEnd(child)
    if (child.pid === undefined) return // why is told soon
    for (const stream of [child.stdout, child.stderr]) this.#relay(stream)
    const watch = new StallWatch({
      limitMs: this.#options.stallMs,
      onStall: (silentMs) => this.#killStalled(child, silentMs),
    })
    child.on('message', (sent: unknown) => {
      watch.heard()
      if (isEnvelope(sent)) this.#heard(sent.refold) // a body may send what it likes
    })
    child.once('exit', () => watch.stop())
    onEvent({ type: 'worker.started', worker: order.name, pid: child.pid })
    this.#tell(order)
  }

  /** What keeps a process from being made, as a shortage of memory, may pass: it is tried again. */
  #made(): ChildProcess | undefined {
    try {
      return fork(fileURLToPath(new URL('./worker-process.js', import.meta.url)), [], {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...this.#options.environment() },
      })
    } catch (error) {
      this.#ended({}, { exitCode: null, signal: null, error: error as Error }) // of Node
      return undefined
    }
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

  /** Not `close`: a process that a body has started may hold the pipes open long after the worker's end. */
  #listenForEnd(child: ChildProcess): void {
    // A process that could not be made has no `exit`.
    child.once(
      'error',
      (error) => child.pid === undefined && this.#ended(child, { signal: null, exitCode: null, error }),
    )
    const allHeard = new Promise<void>((resolve) => child.once('disconnect', resolve))
    child.once('exit', (exitCode, signal) => {
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), LAST_LINES_MS).unref()
      void allHeard.then(() => this.#ended(child, { exitCode, signal }))
    })
  }

  #tell(message: ToWorker): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {}) // what it has not heard, its end tells
  }

  #heard(message: FromWorker): void {
    const { order, onEvent, onLooked } = this.#options
    const worker = order.name
    switch (message.kind) {
      case 'loaded':
        this.#phase = 'working'
        this.#hasWorked = true
        return this.look({ agents: false })
      case 'looked':
        this.#health.answered(message.looked)
        return onLooked(message.looked)
      case 'ready':
        return onEvent({ type: 'worker.ready', worker, recovered: message.recovered })
      case 'load':
        this.#load = message.load
        return
      case 'took over':
        return onEvent({ type: 'agent.takenOver', worker, ...message.takenOver })
      case 'reported':
        return onEvent({ type: 'agent.reported', worker, ...message.report })
      case 'draining':
        this.#draining = true // as it was asked for, no other one follows
        return
      case 'failed':
        this.#failure = message
        this.#hasFailed = true
        return
      case 'alive':
    }
  }

  #ended(
    { pid = 0 }: Pick<ChildProcess, 'pid'>,
    { exitCode, signal, error }: { exitCode: number | null; signal: string | null; error?: Error },
  ): void {
    if (this.#phase === 'dead' || this.#phase === 'stopped') return
    const worked = this.#phase === 'working'
    const { order, onEvent, isHopeless, restartPauseMs, onGone } = this.#options
    this.#phase = 'dead'
    onGone()
    this.#load = IDLE
    if (this.#draining) {
      onEvent({ type: 'worker.stopped', worker: order.name, pid, signal, exitCode })
      return this.#stop()
    }
    if (this.#failure !== undefined && isHopeless(this.#failure, { worked })) return this.#hopeless(this.#failure)
    const livedMs = performance.now() - this.#startedAt
    const grown = pauseAfter({ earlyDeaths: this.#earlyDeaths, livedMs })
    const pauseMs = restartPauseMs ?? grown.pauseMs
    this.#earlyDeaths = grown.earlyDeaths
    const worker = order.name
    if (error !== undefined) onEvent({ type: 'worker.printed', worker, line: error.message })
    onEvent({ type: 'worker.died', worker, pid, signal, exitCode, restartInMs: pauseMs })
    this.#restart = setTimeout(() => this.start(), pauseMs)
  }

  #hopeless(failure: Failure): void {
    this.#options.onHopeless(failure)
    this.#stop()
  }

  #stop(): void {
    if (this.#phase === 'stopped') return
    this.#phase = 'stopped'
    this.#options.onStopped()
  }

  #relay(stream: Readable | null | undefined): void {
    const { order, onEvent, whenReady } = this.#options
    const onLine = (line: string): void => onEvent({ type: 'worker.printed', worker: order.name, line })
    if (stream != null) printedLines(stream, { onLine, whenReady })
  }

  #killStalled(child: ChildProcess, silentMs: number): void {
    this.#options.onEvent({ type: 'worker.stalled', worker: this.#options.order.name, pid: child.pid ?? 0, silentMs })
    child.kill('SIGKILL')
  }
}
