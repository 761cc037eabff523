/**
 * Keeps a worker on the review by the command's own supervisor: when one dies, whyever, the next goes on. Here it is also
 * killed, with SIGKILL, in the steps that were asked for.
 */
import { fileURLToPath } from 'node:url'
import { Supervisor } from '@refold/cli'
import type { FleetEvent } from '@refold/cli'
import { STEPS } from './findings.js'
import type { StepName } from './findings.js'
import { fromLine, TASK } from './messages.js'
import type { FromWorker, WorkerTask } from './messages.js'
import type { Screen } from './screen.js'

/** Workers that may die by no will of ours. */
const DEATHS_ALLOWED = 3
/** Longer than any step. */
const STALL_MS = 300_000
/** Of what a worker prints that is no message: why it died, perhaps. */
const LINES_KEPT = 30

/** What the workers are to do. */
export interface CrewOptions extends Omit<WorkerTask, 'hold'> {
  readonly killAt: readonly StepName[]
  readonly screen: Screen
}

/** A worker that took over from one that had died. Milliseconds since its process was started. */
export interface Restart {
  readonly killedIn: StepName
  readonly recoveredMs: number
  readonly restartedMs: number
}

/** The workers, one after the other. */
export interface Crew {
  readonly restarts: readonly Restart[]
  /** Rejects when no worker stays alive. */
  readonly failed: Promise<never>
  /** Resolves when the last worker is gone. */
  readonly left: Promise<void>
}

/** Keeps one worker working until the signal aborts. */
export function keepWorking(options: CrewOptions, signal: AbortSignal): Crew {
  const keeper = new Keeper(options)
  signal.addEventListener('abort', () => keeper.leave())
  return keeper
}

class Keeper implements Crew {
  readonly restarts: Restart[] = []
  readonly failed: Promise<never>
  readonly left: Promise<void>
  readonly #screen: Screen
  readonly #toKill: Set<StepName>
  readonly #printed: string[] = []
  readonly #fleet: Supervisor
  #fail: (error: Error) => void = () => {}
  #life = new Life(0, undefined)
  #deaths = 0

  constructor({ killAt, screen, ...task }: CrewOptions) {
    this.#screen = screen
    this.#toKill = new Set(killAt)
    this.failed = new Promise<never>((_resolve, reject) => (this.#fail = reject))
    this.failed.catch(() => {})
    const hold = (): readonly StepName[] => STEPS.filter((step) => this.#toKill.has(step))
    this.#fleet = new Supervisor({
      config: fileURLToPath(new URL('./worker.config.js', import.meta.url)),
      workers: 1,
      stallMs: STALL_MS,
      restartPauseMs: 0,
      environment: () => ({ [TASK]: JSON.stringify({ ...task, hold: hold() }) }),
      onEvent: (event) => this.#happened(event),
    })
    this.left = this.#fleet.run().catch((error: Error) => this.#fail(error))
  }

  leave(): void {
    this.#fleet.drain('the review has ended or was interrupted')
  }

  #happened(event: FleetEvent): void {
    const tell = (restart: Restart): void => void this.restarts.push(restart)
    if (event.type === 'worker.started') this.#life = new Life(event.pid, this.#life.killedIn)
    if (event.type === 'worker.ready') this.#life.ready(tell)
    if (event.type === 'worker.died') this.#died(event)
    if (event.type !== 'worker.printed') return
    const message = fromLine(event.line)
    if (message !== undefined) this.#heard(message, tell)
    else if (this.#printed.push(event.line) > LINES_KEPT) this.#printed.shift()
  }

  #heard(message: FromWorker, tell: (restart: Restart) => void): void {
    const life = this.#life
    // A message that was on its way when the process was killed says nothing any more.
    if (message.pid !== life.pid || life.killedIn !== undefined) return
    if (message.kind === 'token') this.#screen.token(message.text)
    if (message.kind === 'begun') {
      this.#screen.begun(message.step, message)
      life.begun(message.step, tell)
    }
    if (message.kind === 'holding') {
      life.killedIn = message.step
      process.kill(life.pid, 'SIGKILL')
    }
  }

  #died({ signal: by, exitCode }: Extract<FleetEvent, { type: 'worker.died' }>): void {
    const { killedIn } = this.#life
    if (killedIn !== undefined) {
      this.#toKill.delete(killedIn)
      this.#screen.killed(killedIn)
    } else if (++this.#deaths === DEATHS_ALLOWED) {
      const how = by ?? `exit code ${exitCode}`
      this.#fail(new Error(`the worker ended by itself ${this.#deaths} times (${how})\n${this.#printed.join('\n')}`))
      this.#fleet.kill('too many deaths')
    }
  }
}

/** One worker process, and how soon it is at the step again in which the one before it was killed. */
class Life {
  readonly pid: number
  killedIn: StepName | undefined
  readonly #before: StepName | undefined
  readonly #startedAt = performance.now()
  #recoveredMs: number | undefined
  #restartedMs: number | undefined
  #isTold = false

  constructor(pid: number, killedBefore: StepName | undefined) {
    this.pid = pid
    this.#before = killedBefore
  }

  /** It has taken up what was pending. */
  ready(tell: (restart: Restart) => void): void {
    this.#recoveredMs = Math.round(performance.now() - this.#startedAt)
    this.#look(tell)
  }

  begun(step: StepName, tell: (restart: Restart) => void): void {
    if (step === this.#before) this.#restartedMs ??= Math.round(performance.now() - this.#startedAt)
    this.#look(tell)
  }

  #look(tell: (restart: Restart) => void): void {
    const [killedIn, recoveredMs, restartedMs] = [this.#before, this.#recoveredMs, this.#restartedMs]
    if (this.#isTold || killedIn === undefined || recoveredMs === undefined || restartedMs === undefined) return
    this.#isTold = true
    tell({ killedIn, recoveredMs, restartedMs })
  }
}
