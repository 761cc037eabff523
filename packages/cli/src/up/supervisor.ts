/**
 * Keeps a number of worker processes alive.
 *
 * Invariants: a supervisor owns no agent and decides nothing about one: all that makes a takeover safe is in the store, so
 * that a supervisor may die, or two may run on one store; a worker whose supervisor is gone drains by itself.
 */
import { RefoldError } from '@refold/core'
import type { MetricFamily, RefoldErrorCode } from '@refold/core'
import { FleetHealth } from '../health/fleet-health.js'
import type { Readiness } from '../health/readiness.js'
import type { FleetEvent } from './fleet-events.js'
import type { Failure, InHand } from './messages.js'
import { WorkerSlot } from './worker-slot.js'

/** What a fleet is made of, and who is told what happens in it. */
export interface SupervisorOptions {
  /** The file that each worker loads: its default export is a `RefoldConfig`. Nothing of it runs in this process. */
  readonly config: string
  /** The file or server to use instead of the configuration's store. */
  readonly store?: string | undefined
  /** Of each worker: how many agents may have effects in its hands at a time. Default: any number. */
  readonly capacity?: number | undefined
  readonly workers: number
  /** A worker that says nothing for so long is killed. */
  readonly stallMs: number
  readonly onEvent: (event: FleetEvent) => void
  /**
   * When more of what the workers print can be taken. No more is read before, so that it takes a bounded part of the
   * memory. Default: at once.
   */
  readonly whenReady?: () => Promise<void> | undefined
  /** Asked at each start of a worker: variables that it gets beside those of this process. Default: none. */
  readonly environment?: () => Readonly<Record<string, string>>
  /** Before a worker that died is started again. Default: none, then longer and longer while it dies young. */
  readonly restartPauseMs?: number
  /** How often workers are asked how they are, for `readiness` and `metrics`. Default: once, when each begins. */
  readonly lookEveryMs?: number
}

/** A fleet at this moment. */
export interface FleetStatus extends InHand {
  readonly workers: number
  /** Of them, those that can take agents up. */
  readonly working: number
  /** Agents that were taken over since the start. */
  readonly takeovers: number
}

/** What the next try would meet again. */
const HOPELESS: ReadonlySet<string> = new Set<RefoldErrorCode>([
  'NO_CONFIG',
  'INVALID_CONFIG',
  'INVALID_DEFINITION',
  'NOT_RESTORABLE',
  'INVALID_INPUT',
  'STORE_FATAL',
  'NEWER_FORMAT',
])

/**
 * Keeps so many workers alive, each a process of its own, until it is told to `drain` or `kill`. It owns no agent: any
 * number of supervisors may work on one store, and each may die.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #slots: readonly WorkerSlot[]
  readonly #health: FleetHealth
  readonly #ended: Promise<void>
  #end: () => void = () => {}
  #takeovers = 0
  #stopped = 0
  #failure: RefoldError | undefined
  #killed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#health = new FleetHealth({ places: () => this.#slots, everyMs: options.lookEveryMs })
    this.#ended = new Promise((resolve) => (this.#end = resolve))
    this.#slots = Array.from({ length: options.workers }, (_, index) => this.#slot(`w${index + 1}`))
  }

  /** Resolves when it was drained or killed and no worker is left. Rejects with why no worker can work. */
  async run(): Promise<void> {
    for (const slot of this.#slots) slot.start()
    this.#health.begin()
    await this.#ended
    this.#health.end()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Whether it ended before its workers had handed over. */
  get wasKilled(): boolean {
    return this.#killed
  }

  get status(): FleetStatus {
    const loads = this.#slots.map(({ load }) => load)
    return {
      workers: this.#slots.length,
      working: this.#slots.filter(({ isWorking }) => isWorking).length,
      agents: loads.reduce((sum, { agents }) => sum + agents, 0),
      effects: loads.reduce((sum, { effects }) => sum + effects, 0),
      takeovers: this.#takeovers,
    }
  }

  /** Whether a worker of the fleet can do its work, and of each that cannot why. */
  get readiness(): Readiness {
    return this.#health.readiness
  }

  /** Of the fleet, and the sums over its workers as they were told last; for `prometheusText`. */
  get metrics(): readonly MetricFamily[] {
    return this.#health.metrics
  }

  /** Every worker hands over what it has, then ends. */
  drain(signal: string): void {
    this.#health.drains()
    this.#options.onEvent({ type: 'fleet.draining', signal })
    for (const slot of this.#slots) slot.drain(signal)
  }

  /** Nothing is lost by it: what was pending goes on at the next start. */
  kill(signal: string): void {
    this.#killed = true
    this.#health.drains()
    this.#options.onEvent({ type: 'fleet.killed', signal })
    for (const slot of this.#slots) slot.kill()
  }

  #slot(name: string): WorkerSlot {
    const { config, store, capacity } = this.#options
    return new WorkerSlot({
      stallMs: this.#options.stallMs,
      order: { kind: 'work', name, config, store, capacity },
      onEvent: (event) => this.#tell(event),
      whenReady: this.#options.whenReady ?? (() => undefined),
      environment: this.#options.environment ?? (() => ({})),
      restartPauseMs: this.#options.restartPauseMs,
      isHopeless: (failure, life) => this.#isHopeless(failure, life),
      onHopeless: ({ code, message, hint }) => {
        const options = hint === undefined ? {} : { hint }
        this.#failure ??= new RefoldError(code as RefoldErrorCode, message, options)
        for (const slot of this.#slots) slot.drain('no worker can work')
      },
      onLooked: (looked) => this.#health.looked(name, looked),
      onGone: () => this.#health.gone(name),
      onStopped: () => {
        this.#stopped++
        if (this.#stopped === this.#slots.length) this.#end()
      },
    })
  }

  /**
   * Whether no worker will ever work: each has failed before it could, and for a reason that the next one would meet again; or
   * the store was lost under one that worked: the next one would find another store, or make an empty one, without a word.
   */
  #isHopeless({ code }: Failure, { worked }: { readonly worked: boolean }): boolean {
    if (worked && code === 'STORE_FATAL') return true
    return HOPELESS.has(code) && this.#slots.every(({ hasFailed, hasWorked }) => hasFailed && !hasWorked)
  }

  #tell(event: FleetEvent): void {
    if (event.type === 'agent.takenOver') this.#takeovers++
    if (event.type === 'worker.died') this.#health.died()
    this.#options.onEvent(event)
  }
}
