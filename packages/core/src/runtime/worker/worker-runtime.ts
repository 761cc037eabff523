/**
 * One process's share of the agents: its cells, its effects, what is due, and what it takes over from the dead.
 *
 * Invariants: a cell is the only way to an agent's stream in this process; whatever changes an agent's state, by this
 * process or another, passes `changed`, which starts, stops and schedules what the state says.
 */
import type { Envelope } from '../../decide/inputs.js'
import { hasEffects } from '../../decide/effects-part.js'
import { isAtWork, needsWorker, nextDueAtOf, statusOf } from '../../decide/summary.js'
import { addressOf } from '../../definition/agent-address.js'
import { isRefoldError, RefoldError } from '../../errors.js'
import { toErrorData } from '../../record/error-data.js'
import { jsonOf } from '../../json/to-json.js'
import type { StateDocument } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'
import type { TreeStep } from '../../step/tree-step.js'
import type { Store } from '../../store/port.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { newReports } from '../takeover/operator-reports.js'
import { backoffMs } from '../../world/backoff.js'
import { bodiesWithin } from '../effects/bodies-within.js'
import type { CellHost } from '../cell/cell-host.js'
import { Capacity } from '../limits/capacity.js'
import { Cells } from '../cell/cells.js'
import { pause } from '../cell/commit.js'
import { DueWatch, horizonOf } from '../liveness/due-watch.js'
import { EffectRunner } from '../effects/effect-runner.js'
import { EffectSlots } from '../limits/slots.js'
import { Holds } from '../limits/holds.js'
import { Lease } from '../liveness/lease.js'
import { Listeners } from './listeners.js'
import { FailureDetector } from '../liveness/failure-detector.js'
import { postReleased, postRetried } from '../cell/owner-posts.js'
import { Drain } from './drain.js'
import { relayHost } from '../messaging/relay-host.js'
import { OutboxRelay } from '../messaging/outbox-relay.js'
import type { Load, Report } from '../../public/runtime.js'
import type { Drained, DrainOptions } from '../../public/worker.js'
import type { Registry } from '../cell/registry.js'
import type { Progress } from '../../public/progress.js'
import type { RunnerHost } from '../effects/runner-host.js'
import { SnapshotKeeper } from '../cell/snapshot-keeper.js'
import type { Waiter } from '../cell/submission.js'
import type { TakenOver } from '../../public/taken-over.js'
import { inPlaceOfTooLarge } from '../cell/too-large.js'
import { Probation } from '../limits/probation.js'

export interface WorkerSettings {
  readonly store: Store
  readonly registry: Registry
  readonly world: World
  readonly worker: string
  /** `false`: sends and reads only. */
  readonly performs: boolean
  readonly leaseDurationMs: number
  readonly heartbeatEveryMs: number
  readonly snapshotEveryEvents: number
  readonly keepIdle: number
  readonly closeGraceMs: number
  /** `Infinity`: any number of agents. */
  readonly capacity: number
  readonly onReport: (report: Report) => void
  readonly onTakeover: (taken: TakenOver) => void
}

/** Inputs of callers that may stand in line for one agent. */
const MAX_LINE = 10_000
const AFTER_REJECTION = { delayMs: 100, factor: 2, maxDelayMs: 2_000, jitter: false }

export class WorkerRuntime implements CellHost, RunnerHost {
  readonly settings: WorkerSettings
  readonly store: Store
  readonly world: World
  readonly worker: string
  readonly maxLine = MAX_LINE
  readonly cells: Cells
  readonly lease: Lease
  readonly slots: EffectSlots
  readonly probation: Probation
  readonly owners: FailureDetector
  readonly due: DueWatch
  readonly capacity: Capacity
  readonly listeners: Listeners
  readonly holds: Holds
  readonly outbox: OutboxRelay
  /** Called when an agent has something due. Set by the takeover. */
  onDue: (stream: string) => void = () => {}
  /** Called when an agent that is not this worker's has something to perform. Set by the takeover. */
  onUnperformed: (cell: AgentCell) => void = () => {}
  readonly #runners = new Map<AgentCell, EffectRunner>()
  readonly #snapshots: SnapshotKeeper
  #handover: Drain | undefined
  #handing: Promise<unknown> = Promise.resolve()
  #closeGraceMs: number
  #closing = false
  #closed = false

  constructor(settings: WorkerSettings) {
    const { store, world, worker, leaseDurationMs, heartbeatEveryMs } = settings
    this.settings = settings
    this.store = store
    this.world = world
    this.worker = worker
    this.lease = new Lease({ store, world, worker, durationMs: leaseDurationMs, everyMs: heartbeatEveryMs })
    this.owners = new FailureDetector({ store, world, leaseMs: leaseDurationMs })
    this.holds = new Holds({ store, world, worker, isClosed: () => this.#closed })
    this.slots = new EffectSlots(world.clock)
    this.probation = new Probation(world)
    this.listeners = new Listeners({ ...settings, logger: world.logger })
    this.capacity = new Capacity(settings.capacity)
    this.#closeGraceMs = settings.closeGraceMs
    this.#snapshots = new SnapshotKeeper({ store, world, everyEvents: settings.snapshotEveryEvents })
    this.due = new DueWatch({ world, horizonMs: horizonOf(settings), onDue: (stream) => this.onDue(stream) })
    this.cells = new Cells({
      store,
      registry: settings.registry,
      host: this,
      keepIdle: settings.keepIdle,
      onEvict: (cell) => this.#snapshots.leaving(cell),
    })
    this.outbox = new OutboxRelay(relayHost(this))
  }

  /** `close` was called: nothing is taken any more. */
  get isShut(): boolean {
    return this.#closing
  }
  /** Nothing begins here any more. */
  get isClosing(): boolean {
    return this.#closing || this.#handover !== undefined
  }
  get isClosed(): boolean {
    return this.#closed
  }
  get performs(): boolean {
    return this.settings.performs
  }

  get load(): Load {
    const inHand = [...this.#runners.values()].map((runner) => runner.inHand).filter((effects) => effects > 0)
    const { limit, passedOver } = this.capacity
    const effects = inHand.reduce((sum, count) => sum + count, 0)
    return { agents: inHand.length, effects, passedOver, capacity: limit }
  }

  /** Whether this worker owns the agent in its newest folded state. */
  owns(state: StateDocument): boolean {
    return this.performs && state.agent.owner === this.worker
  }

  runner(cell: AgentCell): EffectRunner {
    let runner = this.#runners.get(cell)
    if (runner === undefined) this.#runners.set(cell, (runner = new EffectRunner(cell, this)))
    return runner
  }

  changed(cell: AgentCell, before: StateDocument | undefined): void {
    const { state } = cell
    if (state === undefined) return
    if (state.agent.version !== cell.definition.version) return this.#isOfAnotherVersion(cell, state)
    if (!this.cells.confirm(cell) || !this.performs) return
    this.#snapshots.changed(cell)
    if (before !== undefined && this.owns(state))
      for (const trouble of newReports(cell.stream, before, state)) this.report(cell.stream, trouble)
    if (before?.effects !== state.effects || before.agent !== state.agent) {
      this.perform(cell, state)
      if (!this.owns(state) && isAtWork(state)) this.onUnperformed(cell)
      if (this.owns(state) && state.agent.waiting !== undefined && state.agent.blocked === undefined)
        postRetried(cell, state, this)
    }
    if (before?.outbox !== state.outbox || before?.agent !== state.agent) this.outbox.sync(cell.stream, state)
    if (before?.timers !== state.timers || before.agent !== state.agent)
      this.due.set(cell.stream, statusOf(state) === 'active' ? nextDueAtOf(state) : null)
  }

  /** Begins and stops what the state says, if there is a place for the agent here; else it is left to others. */
  perform(cell: AgentCell, state: StateDocument): void {
    if (!this.keepSlot(cell)) return postReleased(cell, state, this)
    if (this.#runners.has(cell) || hasEffects(state)) this.runner(cell).sync(state)
    this.#handover?.look(cell)
  }

  /** Takes a place for an agent that needs one, and gives back the place of one that does not. `false`: there is none. */
  keepSlot({ stream, state }: AgentCell): boolean {
    if (!this.capacity.isBounded) return true
    const isNeeded = state !== undefined && needsWorker(state)
    if (isNeeded && this.owns(state)) return this.capacity.take(stream)
    this.capacity.leave(stream)
    if (isNeeded && state.agent.owner === undefined && !this.isClosing) this.capacity.passOver(stream)
    return true
  }

  busy(cell: AgentCell): void {
    this.cells.busy(cell)
  }

  /** It was found at its start, or migrated by someone else: only its own chart may decide for it. */
  #isOfAnotherVersion(cell: AgentCell, { agent }: StateDocument): void {
    const isStart = this.cells.isStarting(cell)
    this.#dismiss(cell)
    if (isStart) return
    const message = `${cell.stream} has been migrated to version ${agent.version}`
    cell.fail(
      new RefoldError('NEEDS_MIGRATION', message, { hint: 'Attach to it with that version of its definition.' }),
    )
  }

  /** This process has nothing more to do with the agent. */
  #dismiss(cell: AgentCell): void {
    this.#runners.get(cell)?.stop()
    this.#runners.delete(cell)
    this.cells.evict(cell)
    this.capacity.leave(cell.stream)
  }

  settled(cell: AgentCell): void {
    if (cell.isIdle && this.cells.isStarting(cell)) return this.cells.evict(cell)
    const runner = this.#runners.get(cell)
    if (runner?.hasPutOff === true && cell.state !== undefined) runner.sync(cell.state)
    if (!cell.isIdle || runner?.isIdle === false || this.outbox.isBusy(cell.stream)) return
    if (this.cells.live(cell.stream) !== cell) return
    this.#runners.delete(cell)
    if (cell.head === 'no_stream' || cell.failure !== undefined) this.cells.evict(cell)
    else this.cells.idle(cell)
  }

  forgotten(cell: AgentCell): void {
    const { state } = cell
    if (state !== undefined && this.#runners.has(cell)) this.runner(cell).sync(state)
    this.#handover?.look(cell)
    this.settled(cell)
  }

  failed(cell: AgentCell): void {
    const error = cell.failure
    this.#dismiss(cell)
    if (error === undefined || error.code === 'CLOSED') return
    this.world.logger.log('error', `agent ${cell.stream} is stopped here: ${error.message}`, { error })
    this.report(cell.stream, {
      code: error.code,
      message: error.message,
      facts: { cause: toErrorData(error) },
    })
  }

  unknown(cell: AgentCell, error: RefoldError, tries: number): void {
    this.world.logger.log('warn', `it is unknown whether an append to ${cell.stream} was stored; it is repeated`, {
      tries,
      error,
    })
  }

  foreign(stream: string, count: number): void {
    this.report(stream, {
      code: 'FOREIGN_RECORD',
      message: `${count} records of ${stream} have no valid header and change nothing`,
    })
  }

  deliver(cell: AgentCell, { effect, event }: TreeStep['deliveries'][number]): void {
    const { state } = cell
    // A body that this very record ends hears what it was sent before it is stopped, as in XState.
    const isHere = state?.effects[effect] !== undefined || this.#runners.has(cell)
    if (isHere && state !== undefined && this.owns(state)) this.runner(cell).deliver(effect, event as EventData)
  }

  post(cell: AgentCell, envelope: Envelope, told: Waiter): void {
    const live = this.cells.live(cell.stream)
    if (live !== undefined) return live.post(envelope, told)
    this.cells.load(cell.stream).then(
      (loaded) => loaded.post(envelope, told),
      (cause: unknown) =>
        told.reject?.(
          isRefoldError(cause) ? cause : new RefoldError('INVARIANT', `${cell.stream} could not be loaded`, { cause }),
        ),
    )
  }

  actorSend(cell: AgentCell, sent: { to: string; event: unknown }): void {
    const epoch = cell.state?.agent.epoch
    try {
      const event = jsonOf(sent.event) as EventData
      cell.post({
        input: { kind: 'actor.event', to: sent.to, event },
        worker: this.worker,
        ...(epoch === undefined ? undefined : { epoch }),
      })
    } catch (error) {
      this.world.logger.log('error', `an action of ${cell.stream} sent what is no event`, { error })
    }
  }

  progress(cell: AgentCell, progress: Progress): void {
    this.listeners.progress(cell.stream, progress)
  }

  tooLarge(envelope: Envelope, error: RefoldError): Envelope | undefined {
    return inPlaceOfTooLarge(envelope, error)
  }

  pauseAfterRejection(times: number): Promise<void> {
    return pause(backoffMs(times, AFTER_REJECTION, this.world.random), this.world)
  }

  report(stream: string, report: Omit<Report, 'agent'>): void {
    this.listeners.report({ ...report, agent: addressOf(stream) })
  }

  /** Begins nothing more, and hands over what this worker is at. `close` comes after it, and waits for nothing then. */
  async drain(options: DrainOptions): Promise<Drained> {
    const { deadlineMs = this.#closeGraceMs } = options
    this.#closeGraceMs = 0
    this.#handover = new Drain({ ...options, deadlineMs, host: this, runners: this.#runners })
    this.due.close()
    const drained = this.#handover.run()
    this.#handing = drained
    return drained
  }

  /** Stops what may be stopped, awaits what must be, then refuses everything. A drain that still waits waits no longer. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#handover?.hurry()
    await this.#handing
    this.due.close()
    this.slots.close()
    this.outbox.stop()
    for (const runner of this.#runners.values()) runner.stop()
    await this.#drained()
    await bodiesWithin(this.#closeGraceMs, { runners: this.#runners, world: this.world })
    await this.#drained()
    this.#closed = true
    const closed = new RefoldError('CLOSED', 'the runtime is closed')
    for (const cell of this.cells.all()) cell.fail(closed)
    await this.outbox.close(closed)
    await this.lease.close()
  }

  /** What is under way is stored, or the store cannot be reached. */
  async #drained(): Promise<void> {
    await Promise.all(this.cells.all().map((cell) => cell.drained()))
  }
}
