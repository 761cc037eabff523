/**
 * One process's share of the agents, put together: the log, the cells, what concerns other workers, limits, effects, messages.
 * Each part reacts to what happens by itself; the order in which they are made is the order in which they do.
 *
 * Invariant: a cell is the only way to an agent's stream in this process.
 */
import { nextDueAtOf, statusOf } from '../../decide/summary.js'
import { RefoldError } from '../../errors.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { AnsweringStore } from '../../log/answer-in-time.js'
import type { Report } from '../../public/report.js'
import type { Load } from '../../public/runtime.js'
import type { Drained, DrainOptions } from '../../public/worker.js'
import { toErrorData } from '../../record/error-data.js'
import { isSameEffects, isSameMap } from '../../record/large-members.js'
import type { StateDocument } from '../../record/state-document.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { CellContext } from '../cell/cell-context.js'
import { Cells } from '../cell/cells.js'
import { keepCharts } from '../cell/chart-keeper.js'
import { isBeyond } from '../cell/compatibility.js'
import { postRetried } from '../cell/owner-posts.js'
import type { Registry } from '../cell/registry.js'
import { keepSnapshots } from '../cell/snapshot-keeper.js'
import { bodiesWithin } from '../effects/bodies-within.js'
import { EffectRunners } from '../effects/effect-runners.js'
import type { EventHub } from '../events/event-hub.js'
import { LostStore } from '../events/lost-store.js'
import { newReports, reported } from '../events/operator-reports.js'
import type { OperatorReport } from '../events/operator-reports.js'
import { ProgressListeners } from '../events/progress-listeners.js'
import { Capacity } from '../limits/capacity.js'
import { Holds } from '../limits/holds.js'
import { Probation } from '../limits/probation.js'
import { EffectSlots } from '../limits/slots.js'
import { standstillReport } from '../limits/standstill-report.js'
import { standardGates } from '../limits/standard-gates.js'
import { DueWatch, horizonOf } from '../liveness/due-watch.js'
import { FailureDetector } from '../liveness/failure-detector.js'
import { Lease } from '../liveness/lease.js'
import { Lifecycle } from '../liveness/lifecycle.js'
import { OutboxRelay } from '../messaging/outbox-relay.js'
import { Receivers } from '../messaging/receivers.js'
import { Drain } from './drain.js'
import { loadOf } from './load.js'
import { counted } from '../../world/counted.js'

/** What actions of charts send is taken for so long when the runtime is being closed. */
const SENT_WITHIN_MS = 5_000

export interface WorkerSettings {
  readonly store: AnsweringStore
  /** Where documents of projections are kept; the same store, where no other is named. */
  readonly projections: Pick<AnsweringStore, 'projections' | 'close' | 'hurryIn'>
  readonly log: AgentLog
  readonly registry: Registry
  readonly world: World
  readonly events: EventHub<AgentCell>
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
  /** No agent of others is taken over before this process has lived so long. */
  readonly takeoverAfterMs: number
  /** SIGINT, SIGTERM and SIGHUP drain it. */
  readonly releaseOnSignal: boolean
}

/** A server that starts again, or a file that another process has locked, may take so long. */
const STORE_GRACE_MS = 10_000

export class WorkerRuntime {
  readonly settings: WorkerSettings
  readonly store: AnsweringStore
  readonly log: AgentLog
  readonly world: World
  readonly worker: string
  readonly performs: boolean
  readonly events: EventHub<AgentCell>
  readonly lostStore: LostStore
  readonly lifecycle = new Lifecycle()
  readonly progress = new ProgressListeners()
  readonly cells: Cells
  readonly lease: Lease
  readonly owners: FailureDetector
  readonly due: DueWatch
  readonly capacity: Capacity
  readonly probation: Probation
  readonly holds: Holds
  readonly effects: EffectRunners
  readonly outbox: OutboxRelay
  readonly #slots: EffectSlots
  readonly #receivers: Receivers
  #drain: Drain | undefined
  #draining: Promise<unknown> = Promise.resolve()
  #closeGraceMs: number

  constructor(settings: WorkerSettings) {
    const { store, log, world, worker, events, registry, leaseDurationMs, heartbeatEveryMs, performs } = settings
    this.settings = settings
    this.store = store
    this.log = log
    this.world = world
    this.worker = worker
    this.performs = performs
    this.events = events
    const lostStore = (this.lostStore = new LostStore(events))
    this.#closeGraceMs = settings.closeGraceMs
    const { lifecycle } = this
    const cellContext: CellContext<AgentCell> = { log, world, worker, lifecycle, events }
    this.cells = new Cells({ ...cellContext, registry, keepIdle: settings.keepIdle })
    const beats = { durationMs: leaseDurationMs, everyMs: heartbeatEveryMs }
    this.lease = new Lease({ store, world, events, lostStore, worker, ...beats })
    this.owners = new FailureDetector({ store, world, leaseMs: leaseDurationMs, lease: this.lease })
    this.due = new DueWatch({ world, events, horizonMs: horizonOf(settings) })
    this.capacity = new Capacity(settings.capacity, events)
    this.probation = new Probation(world)
    this.holds = new Holds({ ...cellContext })
    this.#slots = new EffectSlots({ clock: world.clock, onStandstill: (told) => events.tell(standstillReport(told)) })
    this.#receivers = new Receivers({ ...cellContext, cells: this.cells, registry })
    this.#tellTroubles()
    if (performs) keepSnapshots({ log, events, everyEvents: settings.snapshotEveryEvents })
    keepCharts({ log, world, events, lifecycle })
    this.effects = this.#makeEffects()
    this.outbox = this.#makeOutbox()
    if (performs) this.#watchDueTimes()
  }

  /** Whether this worker owns the agent in its newest folded state. */
  owns(state: StateDocument): boolean {
    return this.performs && state.agent.owner === this.worker
  }

  get load(): Load {
    return loadOf(this)
  }

  report(stream: string, report: OperatorReport): void {
    this.events.tell(reported(stream, report))
  }

  /** Begins nothing more, and hands over what this worker is at. `close` comes after it, and waits for nothing then. */
  async drain(options: DrainOptions): Promise<Drained> {
    const { deadlineMs = this.#closeGraceMs } = options
    this.leaveStore(deadlineMs)
    this.#closeGraceMs = 0
    this.lifecycle.enter('draining')
    const { worker, store, world, cells, effects, events } = this
    this.#drain = new Drain({ ...options, deadlineMs, worker, store, world, cells, effects, events })
    this.due.close()
    const drained = this.#drain.run()
    this.#draining = drained
    return drained
  }

  /** This process is to end: a store that does not answer is waited for no longer than bodies are, or than it may take to come back. */
  leaveStore(graceMs = this.#closeGraceMs): void {
    for (const store of [this.store, this.settings.projections]) store.hurryIn(Math.max(graceMs, STORE_GRACE_MS))
  }

  /** Stops what may be stopped, awaits what must be, then refuses everything. A drain that still waits waits no longer. */
  async close(): Promise<void> {
    if (this.lifecycle.isShut) return
    this.lifecycle.enter('closing')
    this.#drain?.hurry()
    await this.#draining
    this.due.close()
    this.#slots.close()
    this.outbox.stop()
    const runners = this.effects.all
    for (const runner of runners.values()) runner.stop()
    const silence = this.world.clock.setTimer(() => this.lifecycle.silence(), SENT_WITHIN_MS)
    await this.#quiescent()
    await bodiesWithin(this.#closeGraceMs, { runners, world: this.world, events: this.events })
    await this.#quiescent()
    silence()
    this.lifecycle.enter('closed')
    const closed = new RefoldError('CLOSED', 'the runtime is closed')
    for (const cell of this.cells.all()) cell.fail(closed)
    await this.#receivers.close(closed)
    await this.lease.close()
  }

  /** What is under way is stored, or the store cannot be reached. */
  async #quiescent(): Promise<void> {
    await this.cells.drained()
    await this.#receivers.unregistered.drained()
  }

  #tellTroubles(): void {
    const { events } = this
    events.on('failed', ({ stream, error }) => {
      if (error.code === 'CLOSED') return
      const facts = { cause: toErrorData(error) }
      this.report(stream, { code: error.code, message: error.message, facts } satisfies Omit<Report, 'agent'>)
    })
    events.on('foreign-records', ({ stream, count }) => {
      const message = `${counted(count, 'record')} of ${stream} without a valid header: nothing is changed by it`
      this.report(stream, { code: 'FOREIGN_RECORD', message })
    })
    events.on('progress', ({ stream, progress }) => this.progress.tell(stream, progress))
    if (!this.performs) return
    events.on('recorded', (event) => {
      if (!this.owns(event.after)) return
      for (const report of newReports(event)) this.report(event.stream, report)
    })
  }

  #makeEffects(): EffectRunners {
    const { lease, events } = this
    const { worker, world, lifecycle, cells, capacity, performs, probation } = this
    const slots = this.#slots
    const gates = standardGates({ clock: world.clock, probation, lease, slots })
    const effects = new EffectRunners({
      worker,
      world,
      events,
      lifecycle,
      lease,
      cells,
      unregistered: this.#receivers.unregistered,
      capacity,
      slots,
      gates,
      performs,
    })
    if (performs)
      events.on('recorded', ({ before, after }, cell) => {
        if (before?.agent === after.agent && isSameEffects(before, after)) return
        const { waiting, blocked } = after.agent
        if (this.owns(after) && waiting !== undefined && blocked === undefined && !isBeyond(cell, after))
          postRetried(cell, after, this)
      })
    return effects
  }

  #makeOutbox(): OutboxRelay {
    const { log, world, worker, events, lifecycle, lease, cells, holds } = this
    const receivers = this.#receivers
    return new OutboxRelay({ log, world, worker, events, lifecycle, lease, cells, holds, receivers })
  }

  #watchDueTimes(): void {
    this.events.on('recorded', ({ stream, before, after }) => {
      if (before?.agent !== after.agent || !isSameMap(before, after, 'timers'))
        this.due.set(stream, statusOf(after) === 'active' ? nextDueAtOf(after) : null)
    })
  }
}
