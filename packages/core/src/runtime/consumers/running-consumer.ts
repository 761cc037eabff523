/**
 * A consumer in this process: waits until no one alive owns it, claims it, gives records to `each`, gives it up, and so on until
 * it is closed.
 *
 * Invariant: a claim is stored with a higher epoch, and of two that claim at once one is.
 */
import { isRefoldError, mayPass, RefoldError } from '../../errors.js'
import { toErrorData } from '../../record/error-data.js'
import { backoffMs } from '../../world/backoff.js'
import { manyMayListen } from '../../world/many-listeners.js'
import type { ConsumerContext, ConsumerPolicy } from './consumer-context.js'
import type { ConsumerLog, ConsumerNames } from './consumer-log.js'
import type { ConsumerState, Mark } from './consumer-state.js'
import { firstPlace, markNow, startAt } from './first-place.js'
import type { Start } from './first-place.js'
import { Ownership } from './ownership.js'
import { waitFor } from './places.js'
import { checkpointRegister } from './progress.js'

/** How often it is looked whether the owner lives. */
const LOOK_EVERY_MS = 250
const AGAIN = { delayMs: 200, factor: 2, maxDelayMs: 10_000, jitter: true }

export interface RunningOptions extends ConsumerContext {
  readonly own: ConsumerLog
  readonly names: ConsumerNames
}

export class Running {
  readonly ended: Promise<void>
  readonly #policy: ConsumerPolicy
  readonly #options: RunningOptions
  readonly #closing = new AbortController()
  #ownership: Ownership | undefined
  #running: Promise<void> = Promise.resolve()
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined

  constructor(policy: ConsumerPolicy, options: RunningOptions) {
    this.#policy = policy
    this.#options = options
    manyMayListen(this.#closing.signal)
    this.ended = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.ended.catch(() => undefined) // it is reported too
  }

  get isOwner(): boolean {
    return this.#ownership !== undefined
  }

  /** What this process knows of the consumer's place is stored. */
  async flush(): Promise<void> {
    await this.#ownership?.flush()
  }

  /** Resolves when it owns the consumer, or knows who does. Rejects with `CURSOR_LOST`, and with what the store says. */
  async begin(): Promise<void> {
    await this.#claim()
    this.#running = this.#run()
  }

  /** Calls that are under way have so long to end; default: `closeGraceMs`. What it owns then is given up. */
  async close(graceMs?: number): Promise<void> {
    this.#closing.abort()
    this.#ownership?.stop(graceMs)
    await this.#running
  }

  async #run(): Promise<void> {
    const letGo = this.#options.world.keepAlive?.()
    const isWanted = (): boolean => !this.#closing.signal.aborted || this.#ownership !== undefined
    try {
      for (let failures = 0; isWanted();) failures = await this.#turn(failures)
      this.#settle?.resolve()
    } catch (error) {
      this.#fail(error)
    } finally {
      letGo?.()
    }
  }

  /** How often it has failed in a row by now. Throws what does not pass. */
  async #turn(failures: number): Promise<number> {
    const { world, events } = this.#options
    const { signal } = this.#closing
    const wait = (ms: number): Promise<void> => waitFor(ms, { clock: world.clock, signal })
    try {
      if (this.#ownership !== undefined) await this.#perform(this.#ownership)
      else {
        await wait(LOOK_EVERY_MS)
        if (!signal.aborted) await this.#claim()
      }
      return 0
    } catch (error) {
      if (signal.aborted) return this.#notGivenUp(error, failures)
      if (!mayPass(error)) throw error
      events.notice('warn', `consumer ${this.#policy.name} cannot go on for now`, { error })
      await wait(backoffMs(failures + 1, AGAIN, world.random))
      return failures + 1
    }
  }

  /** It is closed all the same; others take it when this process has ended. */
  #notGivenUp(error: unknown, failures: number): number {
    if (!isRefoldError(error, 'CLOSED'))
      this.#options.events.notice('error', `consumer ${this.#policy.name} could not be given up`, { error })
    return failures
  }

  async #perform(ownership: Ownership): Promise<void> {
    try {
      await ownership.run()
    } finally {
      await ownership.end().finally(() => (this.#ownership = undefined))
    }
  }

  /** Unless someone alive owns it. */
  async #claim(): Promise<void> {
    const { own, owners, worker, store, events, names } = this.#options
    const { name, agents } = this.#policy
    await own.refresh()
    const { epoch, owner } = own.state
    if (owner !== undefined && owner !== worker && (await owners.look(owner)) === 'alive') return
    const { mark, start } = await this.#begins(own.state)
    if (epoch === 0) await names.add(name)
    const claim = {
      type: 'claimed',
      owner: worker,
      ...mark,
      agents: agents === undefined ? null : [...new Set(agents.map((agent) => agent.name))],
    } as const
    const isOurs = await own.store((now) => (now.epoch === epoch && now.owner === owner ? claim : undefined))
    if (!isOurs) return
    const previous = owner === undefined ? undefined : { previous: owner }
    events.tell({ kind: 'consumer.claimed', consumer: name, epoch: own.state.epoch, ...previous })
    this.#ownership = new Ownership({ ...this.#options, policy: this.#policy, mark, start })
    if (this.#closing.signal.aborted) this.#ownership.stop(0) // it was closed while the claim was on its way: it is given up
    if (epoch > 0) store.registers.remove(checkpointRegister(name, epoch)).catch(() => undefined) // it costs room, no more
  }

  async #begins(state: ConsumerState): Promise<{ readonly mark: Mark; readonly start: Start }> {
    const { log, store } = this.#options
    const { name, from } = this.#policy
    const { registers } = store
    const mark =
      state.epoch === 0 ? { place: await firstPlace(log, from), ahead: {} } : await markNow(state, { name, registers })
    try {
      const start = await startAt(log, mark.place)
      return { mark: { ...mark, place: start.place }, start }
    } catch (cause) {
      if (!isRefoldError(cause, 'CURSOR_LOST')) throw cause
      throw new RefoldError('CURSOR_LOST', `consumer ${name}: ${cause.message}`, {
        hint: 'What it did belongs to another history. Give it another name, and say with `from` where that one begins.',
        facts: { ...cause.facts, consumer: name },
        cause,
      })
    }
  }

  #fail(error: unknown): void {
    const { events } = this.#options
    const { name } = this.#policy
    if (isRefoldError(error, 'CLOSED')) return this.#settle?.resolve()
    const code = isRefoldError(error) ? error.code : 'INVARIANT'
    const cause = toErrorData(error)
    const message = `consumer ${name} has ended in this process: ${cause.message}`
    events.tell({ kind: 'report', report: { code, message, facts: { consumer: name, cause } } })
    this.#settle?.reject(error)
  }
}
