/**
 * All persistent subscription groups.
 *
 * Invariant: groups are made, changed and deleted one after the other, and each is answered when that is stored.
 */
import { RefoldError } from '@refold/core/store'
import type { EventLog } from '../log/event-log.js'
import { Group } from './group.js'
import { groupKey, loadConfigs, saveConfigs, type GroupConfig } from './group-config.js'
import { isConsumerStrategy } from './consumer-strategies.js'
import type { DropReason } from './consumer.js'
import { parkedStream } from './parked-messages.js'
import { checkpointStream } from './progress.js'
import { sourceOf } from './source.js'

/** Which group. */
export type GroupName = Pick<GroupConfig, 'stream' | 'group'>

export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string }

/** What a client asks for. */
export type AskedConfig = Omit<GroupConfig, 'madeAfter'>

/** How often it is looked for what no one answers, and for checkpoints. */
const TICK_MS = 200
const DONE: ChangeOutcome = { kind: 'done' }

export class Groups {
  readonly #log: EventLog
  readonly #onError: (error: unknown) => void
  readonly #groups = new Map<string, Group>()
  #ticking: NodeJS.Timeout | undefined
  #lastChange: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(log: EventLog, { onError }: { readonly onError: (error: unknown) => void }) {
    this.#log = log
    this.#onError = onError
  }

  /** Starts the groups that are stored. A group that cannot be started is told, and left out. Rejects with `UNREADABLE`. */
  async start(): Promise<void> {
    await this.#load()
    this.#ticking = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  find(name: GroupName): Group | undefined {
    return this.#groups.get(groupKey(name))
  }

  /** All, or those of one source. */
  list(stream?: string): readonly Group[] {
    const groups = [...this.#groups.values()]
    return stream === undefined ? groups : groups.filter(({ config }) => config.stream === stream)
  }

  /** Rejects with `INVALID_INPUT` or `TOO_LARGE` for a filter that cannot be, `CLOSED`, and with the store's errors. */
  create(asked: AskedConfig, { user }: { readonly user: string }): Promise<ChangeOutcome> {
    return this.#inTurn(async () => {
      const refused = await this.#refusal(asked)
      if (refused !== undefined) return refused
      if (this.find(asked) !== undefined) return { kind: 'exists' }
      const config = await this.#made(asked)
      await this.#save([...this.#configs(), config], user)
      await this.#start(config)
      return DONE
    })
  }

  /** Ends its consumers, who connect again. The filter stays as it is. Rejects as `create` does. */
  update(asked: AskedConfig, { user }: { readonly user: string }): Promise<ChangeOutcome> {
    return this.#inTurn(async () => {
      const old = this.find(asked)
      if (old === undefined) return { kind: 'missing' }
      const { filter } = old.config
      const config = await this.#made({ ...asked, ...(filter !== undefined && { filter }) })
      const refused = await this.#refusal(config)
      if (refused !== undefined) return refused
      await this.#save(
        this.#configs().map((known) => (known === old.config ? config : known)),
        user,
      )
      await old.stop('ended')
      await this.#start(config)
      return DONE
    })
  }

  /** Its checkpoint and what it parked are deleted too. Rejects with `CLOSED`, and with the store's errors. */
  delete(name: GroupName, { user }: { readonly user: string }): Promise<ChangeOutcome> {
    return this.#inTurn(async () => {
      const group = this.find(name)
      if (group === undefined) return { kind: 'missing' }
      const { config } = group
      await this.#save(
        this.#configs().filter((known) => known !== config),
        user,
      )
      this.#groups.delete(groupKey(name))
      await group.stop('ended')
      for (const stream of [checkpointStream(config), parkedStream(config)])
        await this.#log.delete(stream, { expected: 'any', kind: 'soft' })
      return DONE
    })
  }

  /** Ends all consumers, and begins with what is stored. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stopAll('ended')
      await this.#load()
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking)
    const stopping = this.#inTurn(() => this.#stopAll('stopped'))
    this.#isStopped = true
    await stopping
  }

  async #stopAll(reason: DropReason): Promise<void> {
    const groups = this.list()
    this.#groups.clear()
    await Promise.all(groups.map((group) => group.stop(reason)))
  }

  async #load(): Promise<void> {
    for (const config of await loadConfigs(this.#log)) {
      try {
        await this.#start(config)
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  async #start(config: GroupConfig): Promise<void> {
    const group = new Group(this.#log, { config, onError: this.#onError })
    await group.start()
    this.#groups.set(groupKey(config), group)
  }

  #configs(): readonly GroupConfig[] {
    return this.list().map(({ config }) => config)
  }

  async #save(configs: readonly GroupConfig[], user: string): Promise<void> {
    await saveConfigs(this.#log, { configs, user })
  }

  async #made(asked: AskedConfig): Promise<GroupConfig> {
    const source = sourceOf(this.#log, asked)
    const startsAtEnd = (source.parse(asked.startPosition) ?? -1) < 0
    return { ...asked, madeAfter: startsAtEnd ? await source.end() : source.beginning }
  }

  async #refusal(asked: AskedConfig): Promise<ChangeOutcome | undefined> {
    const { namedConsumerStrategy, historyBufferSize, readBatchSize } = asked
    if (!isConsumerStrategy(namedConsumerStrategy))
      return { kind: 'refused', reason: `Consumer strategy ${namedConsumerStrategy} does not exist.` }
    const misplaced = await this.#misplaced(asked)
    if (misplaced !== undefined) return { kind: 'refused', reason: `Invalid Start From position: ${misplaced}` }
    if (readBatchSize >= historyBufferSize)
      return { kind: 'refused', reason: outOfRange('ReadBatchSize may not be greater than or equal to BufferSize') }
    if (readBatchSize >= 0) return undefined
    return { kind: 'refused', reason: outOfRange('ReadBatchSize may not be negative') }
  }

  async #misplaced(asked: AskedConfig): Promise<string | undefined> {
    const source = sourceOf(this.#log, asked)
    const start = source.parse(asked.startPosition)
    if (asked.stream !== source.name || start === undefined || start < -1)
      return 'event number must be greater than or equal to -1.'
    if (asked.stream !== '$all' || start <= (await source.end())) return undefined
    return 'commit position must be less than or equal to the last commit position in the transaction file.'
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    if (this.#isStopped) return Promise.reject(new RefoldError('CLOSED', 'the server is shutting down'))
    const changing = this.#lastChange.then(change)
    this.#lastChange = changing.catch(() => {})
    return changing
  }

  #tick(): void {
    for (const group of this.#groups.values()) group.tick()
  }
}

/** In the real server's words: the reason is a field of the client's error. */
function outOfRange(parameter: string): string {
  return `Specified argument was out of the range of valid values. (Parameter '${parameter}')`
}
