/**
 * How a worker finds agents to perform for: at the start, when others append, when something is due, and by looking
 * at the directory again and again.
 *
 * Invariants: only an agent with something to perform is claimed; exactly one claimant wins, by the expected revision;
 * a parked agent's claim travels in the append of its first fired timer; each agent of the directory that names this
 * worker is run or reported.
 */
import { addressOf } from '../../definition/agent-address.js'
import { nextDueAtOf, pendingOf, statusOf, workOf } from '../../decide/summary.js'
import { isRefoldError } from '../../errors.js'
import { toErrorData } from '../../record/error-data.js'
import type { DirectoryEntry } from '../../store/port.js'
import type { CancelTimer } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { lastingReport } from './operator-reports.js'
import { backoffMs } from '../../world/backoff.js'
import { Claiming, hasGoneOn } from './claiming.js'
import type { Adopted } from './claiming.js'
import { pause } from '../cell/commit.js'
import { isPastDeadline, stopAtDeadline } from './deadlines.js'
import { DeathWatch } from '../liveness/death-watch.js'
import { dueTimers } from './due-timers.js'
import { HOLDS_STREAM } from '../limits/holds.js'
import { inGroups } from '../../world/in-groups.js'
import { inRandomOrder } from '../../world/in-random-order.js'
import { assessEntry } from './policy.js'
import { requireCompatible } from '../cell/compatibility.js'
import type { Recovered, Report } from '../../public/runtime.js'
import { horizonOf } from '../liveness/due-watch.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'

const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 2_000, jitter: true }

type MutableRecovered = { -readonly [K in keyof Recovered]: K extends 'reports' ? Report[] : Recovered[K] }

function nothingRecovered(): MutableRecovered {
  return { agents: 0, effects: 0, inDoubt: 0, blocked: 0, overdueTimers: 0, reports: [] }
}

export class Takeover {
  readonly #runtime: WorkerRuntime
  readonly #abort = new AbortController()
  readonly #reported = new Set<string>()
  readonly #watch: DeathWatch
  readonly #claiming: Claiming
  #cancel: CancelTimer | undefined
  /** That the store is of no use any more was reported. */
  #isTold = false
  #feed: Promise<void> = Promise.resolve()
  #sweeping: Promise<void> = Promise.resolve()

  constructor(runtime: WorkerRuntime) {
    const { world, owners } = runtime
    this.#runtime = runtime
    this.#watch = new DeathWatch({ world, owners, onGone: (owner) => void this.#takeFrom(owner) })
    this.#claiming = new Claiming({
      runtime,
      watch: this.#watch,
      guard: (stream, act) => this.#guard(stream, act),
    })
    runtime.onDue = (stream) => void this.#guard(stream, () => this.#fireDue(stream))
    runtime.onUnperformed = (cell) => void this.#guard(cell.stream, () => this.adopt(cell))
    runtime.capacity.onRoom = (stream) => this.#guard(stream, () => this.#lookAt(stream))
  }

  /** Follows other processes from here on, and takes up what no one performs. Resolves when the first look is done. */
  async begin(): Promise<Recovered> {
    this.#feed = this.#follow()
    const recovered = nothingRecovered()
    if (!this.#runtime.performs) return recovered
    try {
      await this.#firstSweep(recovered)
      await this.#tellWhatStandsStill(recovered)
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#tellNothingIsTaken(error)
      throw error
    } finally {
      this.#schedule()
    }
    return recovered
  }

  #tellNothingIsTaken(cause: unknown): void {
    const { world } = this.#runtime
    const message = 'the directory cannot be read: no agent is taken up here'
    world.logger.log('error', message, { error: cause })
    this.#runtime.listeners.report({ code: isRefoldError(cause) ? cause.code : 'INVARIANT', message, facts: { cause } })
  }

  /** Agents that wait for a person were told of once, perhaps to a process that is gone. */
  async #tellWhatStandsStill(recovered: MutableRecovered): Promise<void> {
    const { store, settings } = this.#runtime
    for (const condition of ['in-doubt', 'blocked'] as const) {
      for await (const page of store.directory.find({ status: 'active', condition })) {
        for (const entry of page) {
          if (settings.registry.find(entry.definition, entry.version) === undefined) continue
          recovered.inDoubt += entry.inDoubt
          if (condition === 'blocked') recovered.blocked++
          const trouble = lastingReport(entry)
          if (trouble !== undefined) this.#report(entry.stream, trouble)
        }
      }
    }
  }

  /** Repeated until it succeeds: no one else may be there to take up what is pending. */
  async #firstSweep(recovered: MutableRecovered): Promise<void> {
    const { world } = this.#runtime
    for (let failures = 0; !this.#abort.signal.aborted; failures++) {
      try {
        Object.assign(recovered, nothingRecovered())
        return await this.#sweep(recovered)
      } catch (error) {
        if (this.#abort.signal.aborted || isRefoldError(error, 'CLOSED') || isRefoldError(error, 'STORE_FATAL'))
          throw error
        world.logger.log('warn', 'the directory could not be searched; it is tried again', { error })
        await pause(backoffMs(Math.min(failures + 1, 10), RETRY, world.random), world)
      }
    }
  }

  async close(): Promise<void> {
    this.#abort.abort()
    this.#watch.close()
    this.#cancel?.()
    await Promise.all([this.#feed, this.#sweeping])
  }

  /** `adopt`, for someone who holds the agent in the hand: what stands in the way is reported, and the agent may still be looked at. */
  async takeUp(cell: AgentCell): Promise<void> {
    await this.#guard(cell.stream, () => this.adopt(cell))
  }

  adopt(cell: AgentCell): Promise<Adopted> {
    return this.#claiming.adopt(cell)
  }

  /** Fires what is due, in the order of due time and id; claims the agent in the same append if its owner is gone. */
  async #fireDue(stream: string): Promise<void> {
    const cell = await this.#runtime.cells.load(stream)
    await cell.holding(() => this.#fire(cell))
  }

  async #fire(cell: AgentCell): Promise<void> {
    const runtime = this.#runtime
    const { state, stream } = cell
    if (state === undefined || statusOf(state) !== 'active' || runtime.isClosing) return
    if (isPastDeadline(state, runtime.world.clock.now())) return stopAtDeadline(cell, runtime)
    const due = dueTimers(state, runtime.world.clock.now())
    let epoch = state.agent.epoch
    const settled: Promise<unknown>[] = []
    if (!runtime.owns(state)) {
      if (due.length === 0) return runtime.due.set(stream, nextDueAtOf(state))
      const claim = (await this.#claiming.isFree(state.agent.owner)) ? await this.#claiming.forTimer(state) : undefined
      if (claim === undefined || !runtime.lease.holds())
        return runtime.due.set(stream, runtime.world.clock.now() + runtime.settings.heartbeatEveryMs)
      requireCompatible(cell, state)
      runtime.runner(cell).inherit(state)
      settled.push(cell.submit(claim.envelope).then(claim.told))
      epoch++
    }
    for (const timer of due)
      settled.push(cell.submit({ input: { kind: 'timer.fired', timer }, worker: runtime.worker, epoch }))
    await Promise.all(settled).catch((error: unknown) => {
      if (!hasGoneOn(error)) throw error
    })
    if (cell.state !== undefined && statusOf(cell.state) === 'active') runtime.due.set(stream, nextDueAtOf(cell.state))
  }

  /** Begun again after an error: what was missed meanwhile is read by whoever lives here. */
  async #follow(): Promise<void> {
    const { cells, world } = this.#runtime
    for (let failures = 0; !this.#abort.signal.aborted; failures++) {
      try {
        for (const cell of failures === 0 ? [] : cells.all()) void cell.refresh()
        await this.#followFeed()
        return
      } catch (error) {
        if (this.#abort.signal.aborted || isRefoldError(error, 'CLOSED')) return
        world.logger.log('error', 'other processes cannot be followed for now', { error })
        await pause(backoffMs(Math.min(failures + 1, 10), RETRY, world.random), world)
      }
    }
  }

  async #followFeed(): Promise<void> {
    const { store, cells, settings, performs } = this.#runtime
    for await (const appends of store.externalAppends({ signal: this.#abort.signal })) {
      await inGroups(appends, async ({ stream }) => {
        if (stream === HOLDS_STREAM) return this.#runtime.holds.read()
        const cell = cells.live(stream)
        if (cell !== undefined) await this.#guard(stream, () => cell.refresh()) // what it finds, `changed` looks at
        else if (performs && settings.registry.names.includes(addressOf(stream).name))
          await this.#guard(stream, () => this.#lookAt(stream))
      })
    }
  }

  /** Someone else appended to the agent: there may be something to perform or to wait for. */
  async #lookAt(stream: string): Promise<void> {
    const entry = await this.#runtime.store.directory.get(stream)
    if (entry !== undefined) await this.#take(entry)
  }

  /** What a worker left that has just gone: by many at once, and by each who saw it in another order. */
  async #takeFrom(owner: string): Promise<void> {
    const { store, world, due, settings, isClosing } = this.#runtime
    if (isClosing || this.#abort.signal.aborted) return
    try {
      const streams: string[] = []
      for await (const page of store.directory.find({ pending: true, owner }))
        streams.push(...page.map(({ stream }) => stream))
      await inGroups(inRandomOrder(streams, world.random), (stream) => this.#guard(stream, () => this.#lookAt(stream)))
      const dueBefore = world.clock.now() + horizonOf(settings)
      for await (const page of store.directory.find({ status: 'active', owner, dueBefore }))
        for (const { stream, nextDueAt } of page) due.set(stream, nextDueAt ?? null)
    } catch (error) {
      if (this.#abort.signal.aborted || isRefoldError(error, 'CLOSED')) return
      world.logger.log('warn', `what worker ${owner} left is looked for at the next heartbeat`, { error })
    }
  }

  async #sweep(recovered?: MutableRecovered): Promise<void> {
    const { store, world, settings, due } = this.#runtime
    const horizonMs = horizonOf(settings)
    this.#watch.age()
    await this.#runtime.holds.read()
    for await (const page of store.directory.find({ pending: true })) {
      await inGroups(page, async (entry) => {
        const taken = await this.#guard(entry.stream, () => this.#take(entry), recovered?.reports)
        if (taken !== 'ours' || recovered === undefined) return
        recovered.agents++
        const state = this.#runtime.cells.live(entry.stream)?.state
        if (state === undefined) return
        recovered.effects += workOf(state)
      })
    }
    for await (const page of store.directory.find({ status: 'active', dueBefore: world.clock.now() + horizonMs })) {
      for (const entry of page) {
        if (entry.nextDueAt === undefined) continue
        if (settings.registry.find(entry.definition, entry.version) === undefined) {
          await this.#guard(entry.stream, () => this.#tellUnregistered(entry))
          continue
        }
        if (recovered !== undefined && entry.nextDueAt <= world.clock.now()) recovered.overdueTimers++
        if (entry.owner !== undefined && entry.owner !== this.#runtime.worker) this.#watch.named(entry.owner)
        due.set(entry.stream, entry.nextDueAt)
      }
    }
  }

  async #take(entry: DirectoryEntry): Promise<Adopted> {
    const { settings, cells, due, worker, world, capacity } = this.#runtime
    const judgement = assessEntry(entry, settings.registry)
    if (judgement === 'ended') return 'nothing to do'
    if (judgement === 'unregistered') {
      if (entry.pending > 0) await this.#tellUnregistered(entry)
      return 'nothing to do'
    }
    if (entry.nextDueAt !== undefined && entry.nextDueAt <= world.clock.now() + horizonOf(settings))
      due.set(entry.stream, entry.nextDueAt)
    if (judgement !== 'work') return 'nothing to do'
    if (entry.owner !== undefined && entry.owner !== worker && !(await this.#claiming.isFree(entry.owner)))
      return 'theirs'
    if (entry.owner !== worker && !capacity.hasRoomFor(entry.stream) && capacity.isPassedOver(entry.stream))
      return 'theirs'
    const cell = await cells.load(entry.stream)
    // News of what others appended may have been lost on its way: then the directory knows more.
    if (cell.state !== undefined && pendingOf(cell.state) !== entry.pending) await cell.refresh()
    return this.adopt(cell)
  }

  /** It has something to perform, no one alive owns it, and this process cannot decide for it. */
  async #tellUnregistered({ stream, definition, version, owner }: DirectoryEntry): Promise<void> {
    if (!(await this.#claiming.isFree(owner))) return
    if (this.#runtime.settings.registry.names.includes(definition)) {
      const message = `${stream} has version ${version}, which is not registered here`
      return this.#report(stream, { code: 'NEEDS_MIGRATION', message })
    }
    // Another service may well share the store: no trouble, but worth a line for whoever looks for a lost agent.
    if (this.#reported.has(definition)) return
    this.#reported.add(definition)
    const message = `agents of "${definition}" have something to perform, and it is not registered here`
    this.#runtime.world.logger.log('info', message, { stream })
  }

  #schedule(): void {
    const { world, settings } = this.#runtime
    if (this.#abort.signal.aborted) return
    this.#cancel = world.clock.setTimer(() => {
      this.#sweeping = this.#sweep()
        .catch((error: unknown) => this.#couldNotSweep(error))
        .then(() => this.#schedule())
    }, settings.heartbeatEveryMs)
  }

  #couldNotSweep(error: unknown): void {
    if (this.#abort.signal.aborted) return
    if (!isRefoldError(error, 'STORE_FATAL'))
      return this.#runtime.world.logger.log('warn', 'the directory could not be searched', { error })
    if (!this.#isTold) this.#tellNothingIsTaken(error)
    this.#isTold = true
  }

  /** One agent's trouble is reported and harms no other. */
  async #guard<R>(stream: string, act: () => Promise<R>, reports?: Report[]): Promise<R | undefined> {
    try {
      return await act()
    } catch (error) {
      if (this.#abort.signal.aborted || isRefoldError(error, 'CLOSED')) return undefined
      const code = isRefoldError(error) ? error.code : 'INVARIANT'
      const report = {
        code,
        message: error instanceof Error ? error.message : String(error),
        facts: { cause: toErrorData(error) as unknown },
      }
      reports?.push(report)
      this.#report(stream, report)
      return undefined
    }
  }

  /** Once an agent and code: a sweep finds the same trouble again and again. */
  #report(stream: string, report: Omit<Report, 'agent'>): void {
    const key = `${stream} ${report.code}`
    if (this.#reported.has(key)) return
    if (this.#reported.size > 10_000) this.#reported.clear()
    this.#reported.add(key)
    this.#runtime.report(stream, report)
  }
}
