/**
 * Gives records to `each`: those of one agent one after the other, those of several agents at once, again after a failure, and
 * parks what cannot be dealt with.
 *
 * Invariants: a record is settled only when `each` has dealt with it or when it is stored as parked; no call begins without a
 * lease, nor after the end of the epoch.
 */
import { addressOf } from '../../definition/agent-address.js'
import { isRefoldError, mayPass, RefoldError } from '../../errors.js'
import { changesIn } from '../../history/follow-agents.js'
import { cursorOf, partsOf } from '../../history/log-cursor.js'
import { toAgentEvent } from '../../history/stream-records.js'
import type { HeadedEvent } from '../../history/stream-records.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { Consumed } from '../../public/consumer.js'
import { toErrorData } from '../../record/error-data.js'
import { recordHeader } from '../../record/header.js'
import type { StoredEvent } from '../../store/port.js'
import { backoffMs } from '../../world/backoff.js'
import type { World } from '../../world/world.js'
import type { Teller } from '../events/event-hub.js'
import { nextAttempt } from '../effects/next-attempt.js'
import type { ConsumerPolicy } from './consumer-context.js'
import { AGAIN } from './consumer-log.js'
import type { ConsumerLog } from './consumer-log.js'
import type { StoredParked } from './consumer-state.js'
import { Places, waitFor } from './places.js'

export interface DeliveriesOptions {
  readonly policy: ConsumerPolicy
  readonly own: ConsumerLog
  readonly epoch: number
  readonly log: AgentLog
  readonly world: World
  readonly events: Teller
  /** Resolves when a call may begin, or the epoch is over. */
  readonly mayBegin: () => Promise<void>
  /** The end of the epoch: nothing begins any more. */
  readonly over: AbortSignal
  /** What `each` is told of the end. */
  readonly aborted: AbortSignal
}

/** What became of a record here. */
type Outcome = { readonly attempts: number; readonly error?: unknown } | 'dropped'

/** Of what is stored with a parked record. */
const MOST_ERROR_CHARS = 8_000

/** The same whenever the record is given again. */
export function keyOf(
  consumer: string,
  { stream, revision, id }: Pick<StoredEvent, 'stream' | 'revision' | 'id'>,
): string {
  return `${consumer}:${stream}/${revision}:${id.slice(-12)}`
}

export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #places: Places
  /** The last record of each agent that is under way. */
  readonly #lines = new Map<string, Promise<void>>()
  readonly #retried = new Set<string>()

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#places = new Places(options.policy.concurrency)
  }

  /** Calls back when the record is dealt with; never when the epoch ended before. */
  take(record: HeadedEvent, onSettled: () => void): void {
    this.#settle(record.event, () => this.#deliver(record), onSettled)
  }

  /** A record that cannot be given to `each`, for this reason: it is parked in its turn. */
  setAside({ event, error }: { readonly event: StoredEvent; readonly error: unknown }, onSettled: () => void): void {
    this.#settle(event, () => Promise.resolve({ attempts: 0, error }), onSettled)
  }

  #settle(event: StoredEvent, deliver: () => Promise<Outcome>, onSettled: () => void): void {
    this.#inLine(event.stream, async () => {
      const outcome = await deliver()
      if (outcome === 'dropped') return
      const key = keyOf(this.#options.policy.name, event)
      const parked = { key, cursor: cursorOf(event), type: event.type }
      if ('error' in outcome && !(await this.#park(parked, outcome))) return
      onSettled()
    })
  }

  /** Records that someone has asked for again. */
  retry(parked: readonly StoredParked[]): void {
    for (const one of parked) {
      if (this.#retried.has(one.key)) continue
      this.#retried.add(one.key)
      const { stream } = partsOf(one.cursor)
      this.#inLine(stream, () => this.#again(one).finally(() => this.#retried.delete(one.key)))
    }
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#lines.size > 0) await Promise.all(this.#lines.values())
  }

  #inLine(stream: string, work: () => Promise<void>): void {
    const before = this.#lines.get(stream) ?? Promise.resolve()
    const done = before.then(work).catch((error: unknown) => this.#failed(stream, error))
    this.#lines.set(stream, done)
    void done.then(() => {
      if (this.#lines.get(stream) === done) this.#lines.delete(stream)
    })
  }

  /** What is no failure of `each`: the record stays as it is, and comes again with the next owner. */
  #failed(stream: string, error: unknown): void {
    const { policy, over, events } = this.#options
    if (!over.aborted) events.notice('error', `consumer ${policy.name} left a record of ${stream}`, { error })
  }

  async #again(parked: StoredParked): Promise<void> {
    const { own, epoch, policy, events } = this.#options
    const record = await this.#stored(parked)
    if (record === 'dropped') return
    const outcome = 'error' in record ? { attempts: 0, ...record } : await this.#deliver(record)
    if (outcome === 'dropped') return
    if ('error' in outcome) {
      await this.#park(parked, { ...outcome, attempts: parked.attempts + outcome.attempts })
      return
    }
    const { key } = parked
    const isStored = await this.#persist(() =>
      own.store((state) => (state.epoch === epoch && state.isParked(key) ? { type: 'delivered', key } : undefined)),
    )
    if (isStored) events.tell({ kind: 'consumer.delivered', consumer: policy.name, key })
  }

  /** A store that is out of reach is asked again. */
  async #stored(parked: StoredParked): Promise<HeadedEvent | { readonly error: unknown } | 'dropped'> {
    const { over, policy, events } = this.#options
    for (let failures = 1; !over.aborted; failures++) {
      const found = await this.#read(parked)
      if (!('error' in found) || !mayPass(found.error)) return found
      events.notice('warn', `a parked record of consumer ${policy.name} cannot be read for now`, { ...found, failures })
      await this.#pauseAfter(failures)
    }
    return 'dropped'
  }

  /** Or why it cannot be had: it is parked again for that. */
  async #read({ cursor }: StoredParked): Promise<HeadedEvent | { readonly error: unknown }> {
    const { stream, revision, id } = partsOf(cursor)
    try {
      for await (const [event] of this.#options.log.read(stream, { from: revision, limit: 1 })) {
        const header = event?.id === id ? recordHeader(event) : undefined
        if (event !== undefined && header !== undefined) return { event, header }
      }
    } catch (error) {
      return { error }
    }
    const message = `the log does not hold record ${revision} of ${stream} any more`
    return { error: new RefoldError('NOT_FOUND', message, { hint: 'Skip it.', facts: { stream, revision } }) }
  }

  async #deliver(record: HeadedEvent): Promise<Outcome> {
    const { policy, world, over, events } = this.#options
    const key = keyOf(policy.name, record.event)
    for (let attempt = 1; ; attempt++) {
      const thrown = await this.#places.within(over, () => this.#call(record, { key, attempt }))
      if (thrown === 'not-begun') return 'dropped'
      if (thrown === undefined) return { attempts: attempt }
      if (over.aborted) return 'dropped'
      const next = nextAttempt({
        attempt,
        thrown: thrown.error,
        retry: policy.retry,
        now: world.clock.now(),
        random: world.random,
        onNonsense: (message, error) => events.notice('warn', `consumer ${policy.name}: ${message}`, { error }),
      })
      if ('final' in next) return { attempts: attempt, error: thrown.error }
      await waitFor(next.waitMs, { clock: world.clock, signal: over })
      if (over.aborted) return 'dropped'
    }
  }

  /** What it threw, if it did. */
  async #call(
    { event, header }: HeadedEvent,
    { key, attempt }: { readonly key: string; readonly attempt: number },
  ): Promise<{ readonly error: unknown } | 'not-begun' | undefined> {
    const { policy, log, mayBegin, aborted, over } = this.#options
    await mayBegin()
    if (over.aborted) return 'not-begun'
    try {
      const consumed: Consumed = {
        agent: addressOf(event.stream),
        event: toAgentEvent(log, { event, header }),
        changes: changesIn(header),
        key,
        attempt,
        signal: aborted,
      }
      await policy.each(consumed)
      return undefined
    } catch (error) {
      return { error }
    }
  }

  /** `false`: the epoch is over. */
  async #park(
    { key, cursor, type }: Pick<StoredParked, 'key' | 'cursor' | 'type'>,
    { error: thrown, attempts }: { readonly error?: unknown; readonly attempts: number },
  ): Promise<boolean> {
    const { own, epoch, policy, world, events } = this.#options
    const error = bounded(toErrorData(thrown))
    const parked: StoredParked = { key, cursor, type, at: world.clock.now(), attempts, error }
    const isStored = await this.#persist(() =>
      own.store((state) => (state.epoch === epoch ? { type: 'parked', parked } : undefined)),
    )
    if (!isStored) return false
    const { stream, revision } = partsOf(cursor)
    const agent = addressOf(stream)
    const facts = { consumer: policy.name, key, revision: String(revision), attempts, cause: error }
    const message = `consumer ${policy.name} parked record ${revision} of ${stream}: ${error.message}`
    events.tell({ kind: 'consumer.parked', consumer: policy.name, key, agent, error })
    events.tell({ kind: 'report', report: { code: 'PARKED', message, agent, facts } })
    return true
  }

  /** Again until the store has answered, or the epoch is over. */
  async #persist(append: () => Promise<boolean>): Promise<boolean> {
    const { over, events, policy } = this.#options
    for (let failures = 1; failures === 1 || !over.aborted; failures++) {
      try {
        return await append()
      } catch (error) {
        if (isRefoldError(error, 'CLOSED')) return false
        events.notice('warn', `the store did not take what consumer ${policy.name} parks`, { error, failures })
        await this.#pauseAfter(failures)
      }
    }
    return false
  }

  #pauseAfter(failures: number): Promise<void> {
    const { over, world } = this.#options
    return waitFor(backoffMs(failures, AGAIN, world.random), { clock: world.clock, signal: over })
  }
}

function bounded(error: ReturnType<typeof toErrorData>): ReturnType<typeof toErrorData> {
  if (JSON.stringify(error).length <= MOST_ERROR_CHARS) return error
  return { name: error.name, message: error.message.slice(0, MOST_ERROR_CHARS / 4) }
}
