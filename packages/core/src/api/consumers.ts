/** The consumers of a runtime: those that run in this process, and what can be asked of any. */
import { codeErrors } from '../coded.js'
import { RefoldError } from '../errors.js'
import type { StallWatch } from '../history/stall-watch.js'
import type { Consumer, ConsumerControl, ConsumerNotes, ConsumerStatus, ParkedRecord } from '../public/consumer.js'
import type { RunningConsumer } from '../public/consumer.js'
import { ANSWER_WITHIN_MS } from '../runtime/cell/commit.js'
import { ConsumerLog, ConsumerNames } from '../runtime/consumers/consumer-log.js'
import type { ConsumerLogOptions } from '../runtime/consumers/consumer-log.js'
import { Running } from '../runtime/consumers/running-consumer.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { ASYNC_DISPOSE } from '../world/async-dispose.js'
import { commandConsumer, consumerStatus } from './consumer-commands.js'
import { consumerPolicy } from './define-consumer.js'

export interface ConsumersOptions {
  readonly runtime: WorkerRuntime
  readonly stalls: StallWatch
  /** Shows that this process lives, from then on. */
  readonly live: () => Promise<void>
}

export class Consumers {
  readonly #options: ConsumersOptions
  readonly #logOptions: ConsumerLogOptions
  readonly #names: ConsumerNames
  readonly #running = new Map<string, Running>()
  #isClosed = false

  constructor(options: ConsumersOptions) {
    this.#options = options
    const { log, world, events } = options.runtime
    this.#logOptions = { log, world, events, isClosed: () => this.#isClosed }
    this.#names = new ConsumerNames(this.#logOptions)
  }

  async consume(consumer: Consumer): Promise<RunningConsumer> {
    const policy = consumerPolicy(consumer)
    const { name } = policy
    if (this.#running.has(name)) throw new RefoldError('ALREADY_SO', `consumer ${name} runs in this client already`)
    const { runtime, stalls, live } = this.#options
    const { log, store, world, events, worker, lease, owners, settings } = runtime
    const { closeGraceMs } = settings
    const own = new ConsumerLog(name, this.#logOptions)
    const context = { log, store, world, events, worker, lease, owners, stalls, closeGraceMs, own, names: this.#names }
    const running = new Running(policy, context)
    this.#running.set(name, running)
    const forget = (): void => void this.#running.delete(name)
    try {
      await live()
      await running.begin()
    } catch (error) {
      forget()
      throw error
    }
    void running.ended.then(forget, forget)
    if (this.#isClosed) await running.close()
    return new ConsumerInProcess(running, this.control(name))
  }

  control(name: string): ConsumerControl {
    return new ConsumerByName(name, { runtime: this.#options.runtime, log: this.#logOptions })
  }

  async list(): Promise<readonly ConsumerStatus[]> {
    const names = await this.#names.list()
    return Promise.all(names.toSorted().map((name) => this.control(name).status()))
  }

  /** Those that run here are given up. */
  async close(graceMs?: number): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#running.values()].map((running) => running.close(graceMs)))
  }
}

interface ByNameOptions {
  readonly runtime: Pick<WorkerRuntime, 'log' | 'store' | 'world' | 'events'>
  readonly log: ConsumerLogOptions
}

class ConsumerByName implements ConsumerControl {
  readonly name: string
  readonly #options: ByNameOptions

  constructor(name: string, options: ByNameOptions) {
    this.name = name
    this.#options = options
  }

  async status(): Promise<ConsumerStatus> {
    const { log, store, world } = this.#options.runtime
    const { state } = await this.#known()
    return consumerStatus(this.name, { state, log, world, registers: store.registers })
  }
  async parked(): Promise<readonly ParkedRecord[]> {
    return (await this.#known()).state.parked
  }
  async retry(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number> {
    return this.#command('retried', { keys, notes })
  }
  async skip(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number> {
    return this.#command('skipped', { keys, notes })
  }

  async #command(
    type: 'retried' | 'skipped',
    { keys, notes = {} }: { readonly keys: readonly string[] | 'all'; readonly notes: ConsumerNotes | undefined },
  ): Promise<number> {
    const own = await this.#known()
    const told = await commandConsumer(own, { type, keys, notes })
    const { events } = this.#options.runtime
    if (told.length > 0) events.tell({ kind: `consumer.${type}`, consumer: this.name, keys: told })
    return told.length
  }

  /** Rejects with `NOT_FOUND`. */
  async #known(): Promise<ConsumerLog> {
    const own = new ConsumerLog(this.name, { ...this.#options.log, repeatedForMs: ANSWER_WITHIN_MS })
    await own.refresh()
    if (own.state.epoch > 0) return own
    throw new RefoldError('NOT_FOUND', `no process has run a consumer "${this.name}" on this store`, {
      hint: '`client.consumers()` and `refold consumers` list those that there are.',
      facts: { consumer: this.name },
    })
  }
}

class ConsumerInProcess implements RunningConsumer {
  readonly #running: Running
  readonly #control: ConsumerControl

  constructor(running: Running, control: ConsumerControl) {
    this.#running = running
    this.#control = control
  }

  get name(): string {
    return this.#control.name
  }
  get isOwner(): boolean {
    return this.#running.isOwner
  }
  get ended(): Promise<void> {
    return this.#running.ended
  }
  async status(): Promise<ConsumerStatus> {
    await this.#running.flush()
    return this.#control.status()
  }
  parked(): Promise<readonly ParkedRecord[]> {
    return this.#control.parked()
  }
  retry(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number> {
    return this.#control.retry(keys, notes)
  }
  skip(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number> {
    return this.#control.skip(keys, notes)
  }
  close(): Promise<void> {
    return this.#running.close()
  }
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }
}

codeErrors(ConsumerByName.prototype)
