/**
 * A persistent subscription group: reads its source, hands each event to one consumer, and remembers what is done.
 *
 * Invariants:
 * 1. A message is in one place: waiting in the backlog, or taken (by a consumer, or being parked), or done.
 * 2. Two messages with the same id are never taken at once, as answers name nothing but the id.
 */
import { invariant } from '@refold/core/store'
import type { EventLog } from '../log/event-log.js'
import { Backlog, earlier, type Offered } from './backlog.js'
import type { ConsumerStrategy } from './consumer-strategy.js'
import { consumerStrategy } from './consumer-strategies.js'
import { Consumer, type Connection, type DropReason } from './consumer.js'
import type { GroupConfig } from './group-config.js'
import { GroupStatistics, type GroupInfo } from './group-info.js'
import type { Message, Order } from './message.js'
import { ParkedMessages } from './parked-messages.js'
import { Progress } from './progress.js'
import { ReadAhead } from './read-ahead.js'
import { sourceOf, type Source } from './source.js'

export type NackAction = 'retry' | 'park' | 'skip'

interface Taken {
  readonly message: Message
  /** `undefined`: it is being parked. */
  readonly consumer: Consumer | undefined
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

export interface GroupOptions {
  readonly config: GroupConfig
  readonly onError: (error: unknown) => void
}

export class Group {
  readonly config: GroupConfig
  readonly #log: EventLog
  readonly #onError: (error: unknown) => void
  readonly #source: Source
  readonly #strategy: ConsumerStrategy
  readonly #backlog = new Backlog()
  readonly #progress: Progress
  readonly #parked: ParkedMessages
  readonly #stop = new AbortController()
  readonly #statistics = new GroupStatistics()
  readonly #consumers = new Set<Consumer>()
  readonly #taken = new Map<string, Taken>()
  #readAhead: ReadAhead | undefined
  #reading: Promise<void> | undefined
  /** What is being written. */
  readonly #pending = new Set<Promise<void>>()
  #isReplaying = false
  #isFaulted = false

  /** Throws `INVALID_INPUT` or `TOO_LARGE` for a filter that cannot be. */
  constructor(log: EventLog, { config, onError }: GroupOptions) {
    const strategy = consumerStrategy(config.namedConsumerStrategy)
    invariant(strategy !== undefined, 'a group has a known strategy')
    this.config = config
    this.#log = log
    this.#onError = onError
    this.#strategy = strategy
    this.#source = sourceOf(log, config)
    this.#progress = new Progress(log, { config, source: this.#source, onError })
    this.#parked = new ParkedMessages(log, config)
  }

  /** Goes on from the stored checkpoint. */
  async start(): Promise<void> {
    const stored = await this.#progress.load()
    const from = this.#source.parse(this.config.startPosition) ?? -1
    const after = stored ?? (from < 0 ? this.config.madeAfter : from - 1)
    this.#readAhead = new ReadAhead(this.#log, {
      config: this.config,
      source: this.#source,
      backlog: this.#backlog,
      progress: this.#progress,
      signal: this.#stop.signal,
      after,
      onRead: () => this.#afterReading(),
      onClosed: () => this.#fail(),
      onError: this.#onError,
    })
    this.#reading = this.#readAhead.run()
  }

  /** Ends all consumers. When it resolves nothing is read or stored any more. */
  async stop(reason: DropReason): Promise<void> {
    this.#stop.abort()
    this.#dropAll(reason)
    await Promise.all([this.#reading, this.#progress.idle(), ...this.#pending])
  }

  /** `undefined`: there are as many as there may be. */
  connect(connection: Connection): Consumer | undefined {
    const { maxSubscriberCount, extraStatistics } = this.config
    if (maxSubscriberCount > 0 && this.#consumers.size >= maxSubscriberCount) return undefined
    const consumer = new Consumer(connection, { measures: extraStatistics })
    if (this.#isFaulted) {
      connection.drop('ended')
      return consumer
    }
    this.#consumers.add(consumer)
    this.#strategy.add(consumer)
    return consumer
  }

  /** Its messages go to others, however often that happened. */
  disconnect(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return
    this.#strategy.remove(consumer)
    for (const taken of this.#taken.values()) if (taken.consumer === consumer) this.#again(taken)
    this.offer()
  }

  acknowledge(ids: readonly string[]): void {
    for (const id of ids) this.#done(id)
    this.#afterAnswers()
  }

  refuse(ids: readonly string[], { action, reason }: { readonly action: NackAction; readonly reason: string }): void {
    for (const id of ids) {
      const taken = this.#taken.get(id)
      if (taken?.consumer === undefined) continue
      if (action === 'retry') this.#againOrPark(taken)
      else if (action === 'park') this.#park(taken, `Client explicitly NAK'ed message.\n${reason}`)
      else this.#done(id)
    }
    this.#afterAnswers()
  }

  /** Delivers what is parked again. Nothing happens while that goes on already. */
  replayParked(range: { readonly stopAt: number | undefined }): void {
    if (this.#isReplaying || this.#hasEnded) return
    this.#isReplaying = true
    this.#track(this.#replay(range))
  }

  /** Looks for messages that no one answers, and whether a checkpoint is due. */
  tick(): void {
    if (this.#hasEnded) return
    const now = this.#log.now()
    for (const taken of this.#taken.values()) if (taken.expiresAt <= now) this.#againOrPark(taken)
    this.offer()
    this.#progress.mark(() => this.#lowest(), { isTick: true })
    if (!this.#isReplaying) this.#track(this.#parked.truncate().catch(this.#onError))
  }

  /** Hands out what waits, as far as consumers take it. */
  offer(): void {
    if (this.#hasEnded) return
    this.#backlog.offer((message) => this.#deliver(message))
    this.#readAhead?.wake()
  }

  async info(): Promise<GroupInfo> {
    return this.#statistics.info({
      config: this.config,
      source: this.#source,
      backlog: this.#backlog,
      readAhead: this.#readAhead,
      checkpoint: this.#progress.checkpoint,
      isReplaying: this.#isReplaying,
      consumers: [...this.#consumers].map((consumer) => consumer.statistics()),
      taken: this.#taken.size,
      parked: await this.#parked.count(),
    })
  }

  get #hasEnded(): boolean {
    return this.#isFaulted || this.#stop.signal.aborted
  }

  #deliver(message: Message): Offered {
    if (this.#consumers.size === 0) return 'full'
    if (this.#taken.has(message.id)) return 'passed over'
    const consumer = this.#strategy.offer(message)
    if (typeof consumer === 'string') return consumer
    const expiresAt = this.#log.now() + this.config.messageTimeout
    this.#taken.set(message.id, { message, consumer, expiresAt })
    this.#statistics.delivered++
    return 'sent'
  }

  #done(id: string): void {
    const taken = this.#taken.get(id)
    if (taken?.consumer === undefined) return
    this.#taken.delete(id)
    taken.consumer.release(id)
    this.#parked.done(taken.message)
  }

  #againOrPark(taken: Taken): void {
    const { maxRetryCount } = this.config
    if (taken.message.retries < maxRetryCount) this.#again(taken)
    else this.#park(taken, `Reached retry count of ${maxRetryCount}`)
  }

  #again({ message, consumer }: Taken): void {
    this.#taken.delete(message.id)
    consumer?.release(message.id)
    message.retries++
    this.#backlog.addAgain(message)
  }

  #park({ message, consumer }: Taken, reason: string): void {
    consumer?.release(message.id)
    const parking: Taken = { message, consumer: undefined, expiresAt: Infinity }
    this.#taken.set(message.id, parking)
    this.#track(this.#putAside(parking, reason))
  }

  async #putAside(parking: Taken, reason: string): Promise<void> {
    try {
      await this.#parked.park(parking.message, { reason })
      this.#taken.delete(parking.message.id)
      this.#parked.done(parking.message)
    } catch (error) {
      this.#onError(error)
      this.#again(parking)
    }
    this.#afterAnswers()
  }

  async #replay(range: { readonly stopAt: number | undefined }): Promise<void> {
    try {
      for await (const message of this.#parked.takeAll(range)) {
        if (this.#hasEnded) break
        this.#backlog.addAgain(message)
      }
    } catch (error) {
      this.#onError(error)
    }
    this.#isReplaying = false
    this.offer()
  }

  #track(writing: Promise<void>): void {
    const pending = writing.finally(() => this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  #afterAnswers(): void {
    if (this.#hasEnded) return
    this.#progress.mark(() => this.#lowest(), { isTick: false })
    this.offer()
  }

  #afterReading(): void {
    if (this.#hasEnded) return
    this.#backlog.offer((message) => this.#deliver(message))
    this.#progress.mark(() => this.#lowest(), { isTick: false })
  }

  /** The first message that is not done. */
  #lowest(): Order | undefined {
    let lowest = this.#backlog.lowest()
    for (const { message } of this.#taken.values()) lowest = earlier(lowest, message.order)
    return lowest
  }

  #fail(): void {
    this.#isFaulted = true
    this.#dropAll('ended')
  }

  #dropAll(reason: DropReason): void {
    for (const consumer of this.#consumers) {
      this.disconnect(consumer)
      consumer.connection.drop(reason)
    }
  }
}
