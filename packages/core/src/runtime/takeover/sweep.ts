/**
 * Looking at the directory: at the start, again and again, and when a worker is gone.
 *
 * Invariant: each agent of the directory that names this worker is run or reported.
 */
import { isRefoldError } from '../../errors.js'
import { blockedBy } from '../../history/blocked-by.js'
import type { Report } from '../../public/report.js'
import type { Recovered } from '../../public/runtime.js'
import type { Diagnostics } from '../../record/record.js'
import type { DirectoryEntry } from '../../store/port.js'
import { backoffMs } from '../../world/backoff.js'
import { inParallel } from '../../world/in-parallel.js'
import { inRandomOrder } from '../../world/in-random-order.js'
import { pause } from '../../world/pause.js'
import { lastingReport } from '../events/operator-reports.js'
import type { DeathWatch } from '../liveness/death-watch.js'
import { HOLDS_STREAM } from '../limits/holds.js'
import { horizonOf } from '../liveness/due-watch.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import type { Claiming } from './claiming.js'
import type { Due } from './due.js'
import type { Guard } from './guard.js'
import { ParkedPlaces } from './parked-places.js'
import { FIRST_PATIENCE_MS } from './looks.js'
import type { Looks } from './looks.js'
import { assessEntry } from './policy.js'
import type { Adopted, Recovery } from './recovery.js'

const PATIENTLY = { patienceMs: FIRST_PATIENCE_MS }
const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 2_000, jitter: true }

export type MutableRecovered = { -readonly [K in keyof Recovered]: K extends 'reports' ? Report[] : Recovered[K] }

/** As looks at the directory begin: what is taken over is counted where it is told. */
export function nothingFound(): Omit<MutableRecovered, 'agents' | 'effects'> {
  return { inDoubt: 0, blocked: 0, overdueTimers: 0, reports: [] }
}

export interface SweepOptions {
  readonly runtime: WorkerRuntime
  readonly guard: Guard
  readonly looks: Looks
  readonly signal: AbortSignal
  readonly watch: DeathWatch
  readonly claiming: Claiming
  readonly recovery: Recovery
  readonly due: Due
}

export class Sweep {
  readonly #runtime: WorkerRuntime
  readonly #guard: Guard
  readonly #looks: Looks
  readonly #signal: AbortSignal
  readonly #watch: DeathWatch
  readonly #claiming: Claiming
  readonly #recovery: Recovery
  readonly #due: Due

  constructor({ runtime, guard, looks, signal, watch, claiming, recovery, due }: SweepOptions) {
    this.#runtime = runtime
    this.#guard = guard
    this.#looks = looks
    this.#signal = signal
    this.#watch = watch
    this.#claiming = claiming
    this.#recovery = recovery
    this.#due = due
  }

  tellNothingIsTaken(cause: unknown): void {
    const { events, lostStore } = this.#runtime
    const message = 'the directory cannot be read: no agent is taken up here'
    if (lostStore.tell(cause, message)) return
    events.notice('error', message, { error: cause })
    const code = isRefoldError(cause) ? cause.code : 'INVARIANT'
    events.tell({ kind: 'report', report: { code, message, facts: { cause } } })
  }

  /** Agents that wait for a person were told of once, perhaps to a process that is gone. */
  async #tellWhatStandsStill(recovered: MutableRecovered): Promise<void> {
    const { store } = this.#runtime
    for (const condition of ['in-doubt', 'blocked'] as const) {
      for await (const page of store.directory.find({ status: 'active', condition })) {
        const ours = page.filter((entry) => this.#isRegistered(entry))
        const places = condition === 'blocked' ? await this.#placesOf(ours) : undefined
        for (const entry of ours) {
          recovered.inDoubt += entry.inDoubt
          if (condition === 'blocked') recovered.blocked++
          const trouble = lastingReport(entry, places?.get(entry))
          if (trouble !== undefined) this.#guard.report(entry.stream, trouble)
        }
      }
    }
    await this.#tellParked(recovered)
  }

  /** Where the charts of blocked agents were. Of one whose stream cannot be read only the rest is told. */
  async #placesOf(blocked: readonly DirectoryEntry[]): Promise<ReadonlyMap<DirectoryEntry, Diagnostics | undefined>> {
    const { log } = this.#runtime
    const places = new Map<DirectoryEntry, Diagnostics | undefined>()
    await inParallel(blocked, async (entry) => {
      places.set(entry, await blockedBy(log, entry.stream).catch(() => undefined))
    })
    return places
  }

  /** Of agents that no one looks at before an event comes. */
  async #tellParked(recovered: MutableRecovered): Promise<void> {
    const places = new ParkedPlaces(this.#runtime, { guard: this.#guard, signal: this.#signal })
    for (const report of await places.look()) {
      recovered.reports.push(report)
      this.#runtime.events.tell({ kind: 'report', report })
    }
  }

  /** Takes up what is pending, then tells what stands still. */
  async firstSweep(recovered: MutableRecovered): Promise<void> {
    await this.#untilDone(() => {
      Object.assign(recovered, nothingFound())
      return this.sweep(recovered)
    })
    await this.#untilDone(() => {
      Object.assign(recovered, { inDoubt: 0, blocked: 0 })
      return this.#tellWhatStandsStill(recovered)
    })
  }

  /** Repeated until it succeeds: no one else may be there to do it. */
  async #untilDone(look: () => Promise<void>): Promise<void> {
    const { world, events } = this.#runtime
    for (let failures = 0; !this.#signal.aborted; failures++) {
      try {
        return await look()
      } catch (error) {
        if (this.#signal.aborted || isRefoldError(error, 'CLOSED') || isRefoldError(error, 'STORE_FATAL')) throw error
        events.notice('warn', 'the directory could not be searched; it is tried again', { error })
        await pause(backoffMs(failures + 1, RETRY, world.random), world)
      }
    }
  }

  /** Someone else appended to the agent: there may be something to perform or to wait for. */
  async lookAt(stream: string): Promise<void> {
    const entry = await this.#runtime.store.directory.get(stream)
    if (entry !== undefined) await this.#take(entry)
  }

  /** What a worker left that has just gone: by many at once, and by each who saw it in another order. */
  async takeFrom(owner: string): Promise<void> {
    const { store, world, due, settings, lifecycle, events } = this.#runtime
    if (lifecycle.isClosing || this.#signal.aborted) return
    try {
      const streams: string[] = []
      for await (const page of store.directory.find({ pending: true, owner }))
        streams.push(...page.map(({ stream }) => stream))
      await inParallel(inRandomOrder(streams, world.random), (stream) =>
        this.#looks.at(stream, () => this.#guard.run(stream, () => this.lookAt(stream))),
      )
      const dueBefore = world.clock.now() + horizonOf(settings)
      for await (const page of store.directory.find({ status: 'active', owner, dueBefore }))
        for (const { stream, nextDueAt } of page.filter((entry) => this.#isRegistered(entry)))
          due.set(stream, nextDueAt ?? null)
    } catch (error) {
      if (this.#signal.aborted || isRefoldError(error, 'CLOSED')) return
      events.notice('warn', `what worker ${owner} left is looked for at the next heartbeat`, { error })
    }
  }

  async sweep(recovered?: MutableRecovered): Promise<void> {
    const { store, holds } = this.#runtime
    this.#watch.age()
    await this.#looks.at(HOLDS_STREAM, () => holds.look(), recovered === undefined ? {} : PATIENTLY)
    for await (const page of store.directory.find({ pending: true })) {
      await inParallel(page, (entry) => {
        const take = (): Promise<unknown> => this.#guard.run(entry.stream, () => this.#take(entry), recovered?.reports)
        return this.#looks.at(entry.stream, take, recovered === undefined ? {} : PATIENTLY)
      })
    }
    await this.#sweepDue(recovered)
  }

  /** At the start, what is overdue is fired at once: agents that are taken up by it are part of what was recovered. */
  async #sweepDue(recovered: MutableRecovered | undefined): Promise<void> {
    const { store, world, settings, due } = this.#runtime
    const horizonMs = horizonOf(settings)
    for await (const page of store.directory.find({ status: 'active', dueBefore: world.clock.now() + horizonMs })) {
      const overdue: string[] = []
      for (const entry of page) {
        if (entry.nextDueAt === undefined) continue
        if (!this.#isRegistered(entry)) {
          await this.#guard.run(entry.stream, () => this.#tellUnregistered(entry))
          continue
        }
        if (entry.owner !== undefined && entry.owner !== this.#runtime.worker) this.#watch.named(entry.owner)
        if (recovered !== undefined && entry.nextDueAt <= world.clock.now()) overdue.push(entry.stream)
        else due.set(entry.stream, entry.nextDueAt)
      }
      if (recovered === undefined) continue
      recovered.overdueTimers += overdue.length
      await inParallel(overdue, (stream) => {
        const fire = (): Promise<unknown> => this.#guard.run(stream, () => this.#due.fire(stream), recovered.reports)
        return this.#looks.at(stream, fire, PATIENTLY)
      })
    }
  }

  async #take(entry: DirectoryEntry): Promise<Adopted> {
    const { settings, due, worker, world, capacity } = this.#runtime
    const assessment = assessEntry(entry, settings.registry)
    if (assessment === 'ended') return 'nothing to do'
    if (assessment === 'unregistered') {
      if (entry.pending > 0) await this.#tellUnregistered(entry)
      return 'nothing to do'
    }
    if (entry.nextDueAt !== undefined && entry.nextDueAt <= world.clock.now() + horizonOf(settings))
      due.set(entry.stream, entry.nextDueAt)
    if (assessment !== 'work') return 'nothing to do'
    if (entry.owner !== undefined && entry.owner !== worker && !(await this.#claiming.isFree(entry.owner)))
      return 'theirs'
    if (entry.owner !== worker && !capacity.hasRoomFor(entry.stream) && capacity.isPassedOver(entry.stream))
      return 'theirs'
    return this.#recovery.recover(entry.stream, { pending: entry.pending })
  }

  #isRegistered({ definition, version }: DirectoryEntry): boolean {
    return this.#runtime.settings.registry.find(definition, version) !== undefined
  }

  /** It has something to perform, no one alive owns it, and this process cannot decide for it. */
  async #tellUnregistered({ stream, definition, version, owner }: DirectoryEntry): Promise<void> {
    if (!(await this.#claiming.isFree(owner))) return
    if (this.#runtime.settings.registry.names.includes(definition)) {
      const message = `${stream} has version ${version}, which is not registered here`
      return this.#guard.report(stream, { code: 'NEEDS_MIGRATION', message })
    }
    // Another service may well share the store: no trouble, but worth a line for those who look for a lost agent.
    if (!this.#guard.isFirst(definition)) return
    const message = `agents of "${definition}" have something to perform, and it is not registered here`
    this.#runtime.events.notice('debug', message, { stream })
  }

  couldNotSweep(error: unknown): void {
    if (this.#signal.aborted) return
    const { events, lostStore } = this.#runtime
    if (!lostStore.tell(error, 'the directory cannot be read: no agent is taken up here'))
      events.notice('warn', 'the directory could not be searched', { error })
  }
}
