/** An open runtime: what its callers ask of it, in words of the cells and the takeover below. */
import { streamOf } from '../definition/agent-address.js'
import type { AgentDefinition, EventOf, InputOf } from '../definition/agent-types.js'
import { internalsOf } from '../definition/define-agent.js'
import { invariant, RefoldError } from '../errors.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'
import type { Projection, ProjectionDefinition, ProjectOptions } from '../public/projection.js'
import type { AgentOf } from '../public/agent.js'
import type { Consumer, ConsumerControl, ConsumerStatus, RunningConsumer } from '../public/consumer.js'
import type { Cursor, Followed, FollowOptions, Lag, LagOptions } from '../public/follow.js'
import type { ForkOptions, ForkPlan } from '../public/fork.js'
import type { FindQuery, BulkResult, HoldRequest, Hold } from '../public/holds.js'
import type { ClientParts, Load, MigrateOptions, Recovered, StartOptions } from '../public/runtime.js'
import type { Drained, DrainOptions, Worker } from '../public/worker.js'
import { Takeover } from '../runtime/takeover/takeover.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import type { FoundAgent } from '../store/found-agent.js'
import type { RebuiltDirectory } from '../store/port.js'
import { ASYNC_DISPOSE } from '../world/async-dispose.js'
import { withoutUndefined } from '../json/without-undefined.js'
import { AgentHandle } from './agent-handle.js'
import { codeErrors } from '../coded.js'
import { checkStartOptions, notesOf, traceOf } from './agent-options.js'
import { checkDrainOptions } from './check-options.js'
import { meetDrainOrder } from './drain-worker.js'
import { findAgents } from './find-agents.js'
import { placeHold, liftHold } from './hold-commands.js'
import type { HoldCommands } from './hold-commands.js'
import { planFork } from './fork-plan.js'
import { forkAgent } from './forks.js'
import { givenStart, requireSameStart, submitStart } from './starts.js'
import type { GivenStart } from './starts.js'
import { LogReaders } from './log-readers.js'
import { migrated } from './migrating.js'
import { wrongVersion } from './version-refusals.js'

export class OpenRuntime implements Worker {
  readonly parts: ClientParts
  readonly recovered: Promise<Recovered>
  readonly #runtime: WorkerRuntime
  readonly #takeover: Takeover
  #setRecovered: (recovered: Promise<Recovered>) => void = () => {}
  readonly #commands: HoldCommands
  /** Starts after which it is looked whether a hold holds the agent. */
  readonly #holding = new Set<Promise<void>>()
  readonly #readers: LogReaders
  #living: Promise<void> | undefined
  #leave: (() => Promise<void>) | undefined
  #ignoreSignals: (() => void) | undefined
  #closing: Promise<void> | undefined
  #draining: Promise<Drained> | undefined

  constructor(runtime: WorkerRuntime, { store, agents, codecs, upcasters }: ClientParts) {
    this.#runtime = runtime
    this.parts = Object.freeze(withoutUndefined({ store, agents, codecs, upcasters })) as ClientParts // as they were given
    this.#takeover = new Takeover(runtime)
    this.#commands = { runtime, takeUp: (cell) => this.#takeover.takeUp(cell) }
    this.#readers = new LogReaders({ runtime, live: () => this.#live() })
    this.recovered = new Promise((resolve) => (this.#setRecovered = resolve))
    this.recovered.catch(() => undefined)
  }

  async open(): Promise<void> {
    try {
      await this.#reach()
    } catch (error) {
      await this.#letGoOfStore().catch(() => undefined) // why it could not be opened says more
      throw error
    }
    this.#setRecovered(this.#takeover.begin())
  }

  /** A worker that cannot write its first heartbeat holds nothing, and one that only sends and reads must be able to read. */
  async #reach(): Promise<void> {
    const { performs, holds } = this.#runtime
    await holds.read()
    if (performs) await this.#live()
  }

  /** From now on others can tell that this process lives, and that it has died. */
  #live(): Promise<void> {
    return (this.#living ??= this.#announce().catch((error: unknown) => {
      this.#living = undefined
      throw error
    }))
  }
  async #announce(): Promise<void> {
    const { store, worker, lease, settings, world } = this.#runtime
    this.#leave ??= await store.presence?.announce(worker)
    lease.onBeat(() => void this.#meetDrainOrder())
    await lease.begin()
    if (settings.releaseOnSignal) this.#ignoreSignals = world.onEndSignal?.((signal) => this.drain({ reason: signal }))
  }

  async #meetDrainOrder(): Promise<void> {
    if (this.#draining ?? this.#closing) return
    await meetDrainOrder(this.#runtime, (order) => this.drain(order))
  }

  get id(): string {
    return this.#runtime.worker
  }
  get load(): Load {
    return this.#runtime.load
  }

  async start<D extends AgentDefinition>(
    definition: D,
    options: StartOptions<InputOf<D>, EventOf<D>>,
  ): Promise<AgentOf<D>> {
    const registered = this.#registered(definition)
    checkStartOptions(options)
    const notes = { ...notesOf({ by: options.by }), ...traceOf(options) }
    const start = givenStart(registered, options)
    const stream = streamOf(registered.name, options.id)
    const { cells } = this.#runtime
    await cells.loading(stream)
    const cell = cells.fresh(stream, options.id, registered)
    const settlement = await submitStart(this.#runtime, cell, { ...start, ...notes })
    invariant(settlement.kind !== 'dropped', 'a start is never dropped')
    if (settlement.kind === 'duplicate') return this.#again(cell, start)
    const holding = this.#runtime.holds.afterStart(cell).finally(() => this.#holding.delete(holding))
    this.#holding.add(holding)
    return this.#handle(cell)
  }

  async attach<D extends AgentDefinition>(definition: D, id: string): Promise<AgentOf<D>> {
    const registered = this.#registered(definition)
    const stream = streamOf(registered.name, id)
    const cell = await this.#runtime.cells.newest(stream)
    if (cell.failure !== undefined) throw cell.failure
    const { version } = cell.state?.agent ?? registered
    if (version !== registered.version) throw wrongVersion(stream, { version, asked: registered.version })
    return this.#attached(cell)
  }

  async #attached<D extends AgentDefinition>(cell: AgentCell): Promise<AgentOf<D>> {
    const { definition } = cell
    // An agent that has ended is held without its chart too, for its messages; a handle shows its state.
    if (definition.isUnregistered === true) this.#runtime.settings.registry.get(definition.name, definition.version)
    await this.#takeover.takeUp(cell)
    return this.#handle(cell)
  }

  async migrate<D extends AgentDefinition>(
    definition: D,
    id: string,
    options: MigrateOptions = {},
  ): Promise<AgentOf<D>> {
    const cell = await migrated(this.#runtime, { definition: this.#registered(definition), id, options })
    await this.#takeover.takeUp(cell)
    return this.#handle(cell)
  }

  async planFork<D extends AgentDefinition>(
    definition: D,
    id: string,
    options: ForkOptions<InputOf<D>, EventOf<D>>,
  ): Promise<ForkPlan> {
    return planFork(this.#runtime, { definition: this.#registered(definition), id, options })
  }
  async fork<D extends AgentDefinition>(
    definition: D,
    id: string,
    options: ForkOptions<InputOf<D>, EventOf<D>>,
  ): Promise<AgentOf<D>> {
    const { cell, isNew } = await forkAgent(this.#runtime, { definition: this.#registered(definition), id, options })
    return isNew ? this.#handle(cell) : this.#attached(cell)
  }

  async drain(options: DrainOptions = {}): Promise<Drained> {
    if (this.#draining === undefined) {
      checkDrainOptions(options) // one that is refused is no drain: a signal may still ask for one
      this.#draining = this.#drain({ ...options, ...notesOf(options) })
    }
    return this.#draining
  }

  async #drain(options: DrainOptions): Promise<Drained> {
    if (this.#closing !== undefined) return this.#closing.then(() => ({ released: 0, inDoubt: 0 }))
    const [drained] = await Promise.all([
      this.#runtime.drain(options),
      this.#readers.consumers.close(options.deadlineMs),
    ])
    await this.close()
    return drained
  }

  follow<D extends AgentDefinition>(options: FollowOptions<D> = {}): AsyncIterable<Followed<D>> {
    this.#assertOpen()
    return this.#readers.follow(options)
  }
  async lag<D extends AgentDefinition>(cursor?: Cursor, options: LagOptions<D> = {}): Promise<Lag> {
    this.#assertOpen()
    return this.#readers.lag(cursor, options)
  }
  async consume(consumer: Consumer): Promise<RunningConsumer> {
    this.#assertOpen()
    return this.#readers.consumers.consume(consumer)
  }
  consumer(name: string): ConsumerControl {
    this.#assertOpen()
    return this.#readers.consumers.control(name)
  }
  async consumers(): Promise<readonly ConsumerStatus[]> {
    this.#assertOpen()
    return this.#readers.consumers.list()
  }
  async project<S>(definition: ProjectionDefinition<S>, options: ProjectOptions = {}): Promise<Projection<S>> {
    this.#assertOpen()
    return this.#readers.project(definition, options)
  }
  async find(query?: FindQuery): Promise<readonly FoundAgent[]> {
    this.#assertOpen()
    return findAgents(this.#runtime.store, query)
  }
  async rebuildDirectory(): Promise<RebuiltDirectory> {
    this.#assertOpen()
    return this.#runtime.store.directory.rebuild()
  }
  async pause(hold?: HoldRequest): Promise<BulkResult> {
    this.#assertOpen()
    return placeHold(this.#commands, hold)
  }
  async resume(hold?: HoldRequest): Promise<BulkResult> {
    this.#assertOpen()
    return liftHold(this.#commands, hold)
  }
  async holds(): Promise<readonly Hold[]> {
    this.#assertOpen()
    await this.#runtime.holds.read()
    return this.#runtime.holds.standing
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#runtime.leaveStore()
    await Promise.all([this.#readers.close(), ...this.#holding])
    await Promise.all([this.#takeover.close(), this.#runtime.close()])
    await this.#letGoOfStore()
  }

  /** Also where one part of it fails: the store is closed, and no signal is listened to any more. */
  async #letGoOfStore(): Promise<void> {
    try {
      await this.#leave?.()
    } finally {
      await this.#closeStores().finally(() => this.#ignoreSignals?.())
    }
  }

  async #closeStores(): Promise<void> {
    const { store, settings } = this.#runtime
    await Promise.all([...new Set([store, settings.projections])].map((one) => one.close()))
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new RefoldError('CLOSED', 'the runtime is closed')
  }

  #registered(definition: AgentDefinition): ReturnType<typeof internalsOf> {
    this.#assertOpen()
    const { name, version } = internalsOf(definition)
    return this.#runtime.settings.registry.get(name, version)
  }

  /** The same id twice is the same agent, if it was started with the same input and the same first event. */
  async #again<D extends AgentDefinition>(cell: AgentCell, start: GivenStart): Promise<AgentOf<D>> {
    const { log, cells } = this.#runtime
    if (cell.state?.agent.version !== cell.definition.version) cells.evict(cell)
    const found = cells.newest(cell.stream)
    found.catch(() => undefined) // that it is another start is said first
    await requireSameStart(cell, { ...start, log })
    return this.#attached(await found)
  }

  #handle<D extends AgentDefinition>(cell: AgentCell): AgentOf<D> {
    const handle = new AgentHandle(cell, {
      runtime: this.#runtime,
      stream: cell.stream,
      definition: cell.definition,
      takeUp: (adopted) => this.#takeover.takeUp(adopted),
    })
    return handle as unknown as AgentOf<D>
  }
}

codeErrors(OpenRuntime.prototype)
