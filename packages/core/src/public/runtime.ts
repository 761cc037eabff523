/** The runtime as callers hold it, and what it is made from. */
import type { EventObject } from 'xstate'
import type { AgentDefinition, EventOf, InputOf, NameOf } from '../definition/agent-types.js'
import type { StateOperation } from '../json/json-value.js'
import type { Codec } from '../log/codec.js'
import type { Upcaster } from '../log/upcaster.js'
import type { FoundAgent } from '../store/found-agent.js'
import type { RebuiltDirectory, Store } from '../store/port.js'
import type { World } from '../world/world.js'
import type { Consumer, ConsumerControl, ConsumerStatus, RunningConsumer } from './consumer.js'
import type { Cursor, Followed, FollowOptions, Lag, LagOptions } from './follow.js'
import type { ForkOptions, ForkPlan } from './fork.js'
import type { Projection, ProjectionDefinition, ProjectOptions } from './projection.js'
import type { FindQuery, BulkResult, HoldRequest, Hold } from './holds.js'
import type { AgentOf } from './agent.js'
import type { Report } from './report.js'
import type { RuntimeObserver } from './runtime-event.js'
import type { TakenOver } from './taken-over.js'

/** How this process performs effects and timers. */
export interface WorkerOptions {
  /** Unique per living process. Default: random. */
  readonly id?: string
  /** How long a silent owner keeps its agents. Default 10,000. */
  readonly leaseDurationMs?: number
  /** Default: a third of the lease. */
  readonly heartbeatEveryMs?: number
  /** How long `close` waits for never-retry bodies that have begun; then they are in doubt. Default 20,000. */
  readonly closeGraceMs?: number
  /**
   * How long this process lives before it takes agents over that others left, so that a short script takes none by mistake. Agents
   * that it starts are performed at once. Default 500; with `createWorker`, which is meant as one, 0.
   */
  readonly takeoverAfterMs?: number
  /**
   * SIGINT, SIGTERM and SIGHUP drain this worker, then end the process, so that an orderly end is no death of what it had in hand; a
   * second one ends it at once. A program that listens to the signal itself ends by itself. `false`: the program does all of
   * that. Default true.
   */
  readonly releaseOnSignal?: boolean
  /** How many agents may have effects in hand here at a time; the others are left to other workers. Default: any number. */
  readonly capacity?: number
}

/** What a process has in hand at this moment. */
export interface Load {
  /** Agents with effects in hand, those that wait for a retry or a slot included. Parked agents are not counted. */
  readonly agents: number
  readonly effects: number
  /** Inputs that wait to be decided, of all agents that are in memory here. */
  readonly queued: number
  /** Agents that had something to perform and found no place here. Others may have taken them meanwhile. */
  readonly passedOver: number
  /** `Infinity`: any number of agents. */
  readonly capacity: number
  /** What effects wait for before their bodies begin, the longest wait first. */
  readonly waiting: readonly LoadWaiting[]
}

/** Effects that wait before their bodies begin, all for one reason. */
export interface LoadWaiting {
  /** The gate before which they stand: `slot`, `lease`, `probation`, … */
  readonly gate: string
  /** In words: "waits for a slot of `draft`". */
  readonly reason: string
  readonly effects: number
  /** How long the first of them has waited, milliseconds. */
  readonly longestMs: number
}

/** What the start found, once every agent with something to perform runs here, runs elsewhere or is reported. */
export interface Recovered {
  /** Agents that this process took over by then: as many as `onTakeover` was told of. Those that it started itself are none. */
  readonly agents: number
  /** Their effects that go on here. */
  readonly effects: number
  /** Effects that wait for someone's word, of active agents that are in doubt or blocked and whose definitions are registered here. `find` has the others: `inDoubt` of an entry. */
  readonly inDoubt: number
  /** Agents that wait for a `retry`. */
  readonly blocked: number
  /** Agents with a timer or a deadline that was overdue. */
  readonly overdueTimers: number
  /**
   * Agents that this process could not take up: `NEEDS_MIGRATION`, `UNREADABLE`, …; and, by place, parked ones that it could not,
   * or for which today's chart asks for more than has begun: `NOT_BEGUN`.
   */
  readonly reports: readonly Report[]
}

/** What `createRuntime` takes. */
export interface RuntimeOptions<D extends AgentDefinition = AgentDefinition> {
  readonly store: Store
  /** Where documents of projections are kept, for a store that keeps none itself: a file of their own. Closed with the store. */
  readonly projections?: Store
  /** Versions of one definition may stand side by side. */
  readonly agents: readonly D[]
  /** Default: the system's clock and random numbers, and a logger of warnings. */
  readonly world?: World
  /** `false`: a process without effects, as `createClient` opens one. */
  readonly worker?: WorkerOptions | false
  readonly snapshots?: { readonly everyEvents: number }
  /** How records and snapshots look at rest, in the order of encoding. Every process on the store needs the same ones. */
  readonly codecs?: readonly Codec[]
  /** Outside events of older shapes, as readers of today see them. */
  readonly upcasters?: readonly Upcaster[]
  /** Told of everything that happens in this process: for metrics, traces, logs. */
  readonly observers?: readonly RuntimeObserver[]
  readonly onReport?: (report: Report) => void
  /** Told of each agent that this process takes over, at the start and later; never of those that it starts itself. */
  readonly onTakeover?: (taken: TakenOver) => void
}

interface StartNotes<E> {
  readonly id: string
  /**
   * The agent's first event, in the append of the start: never one without the other. Checked and refused as by `send`
   * (`INVALID_EVENT`, `EVENT_NOT_ACCEPTED`, `APPROVAL_REQUIRED`, …); then nothing is started.
   */
  readonly event?: E
  readonly by?: string
  /** W3C trace context: recorded, and given to the effects and messages that the start causes. Else `INVALID_INPUT`. */
  readonly traceparent?: string
}

/** `input` may be left out where the schema or the machine lets it. */
export type StartOptions<I, E = EventObject> = StartNotes<E> &
  (undefined extends I ? { readonly input?: I } : { readonly input: I })

/** How an agent's state becomes one of another version. */
export interface MigrateOptions {
  /**
   * RFC 6902 over the state document: `/root/value`, `/root/context/…`. Default: nothing but the version changes. One that does
   * not fit, or that makes no state, is `INVALID_INPUT` with its path in `facts`.
   */
  readonly patch?: readonly StateOperation[]
  /**
   * States in which the agent waited before begin what they ask for and nothing stands for: an `invoke` or an `after` that a
   * deploy added. An `after` that has fired and stayed in its state begins once more. Default: false.
   */
  readonly beginMissing?: boolean
  readonly by?: string
  readonly reason?: string
}

/** What `createClient` takes. */
export type ClientOptions<D extends AgentDefinition = AgentDefinition> = Omit<
  RuntimeOptions<D>,
  'worker' | 'snapshots' | 'onTakeover'
>

/** What a client stands on, as it was given. */
export type ClientParts = Pick<RuntimeOptions, 'store' | 'agents' | 'codecs' | 'upcasters'>

/** The way to agents of those who start, send and read, and perform nothing. `await using` closes it. */
export interface Client<out Name extends string = string> extends AsyncDisposable {
  /** What it was opened with, for tools that look at the same store, as the inspector does. Nothing may be appended to it beside the client. */
  readonly parts: ClientParts
  /**
   * The same id twice is the same agent, and its first event is not given to it again; with another input or another first
   * event, or with one where there was none, it is `ID_REUSED`. Resolves when the start is durable.
   */
  start<D extends AgentDefinition<Name>>(agent: D, options: StartOptions<InputOf<D>, EventOf<D>>): Promise<AgentOf<D>>
  /** An agent that was started before. Rejects with `NOT_FOUND`, and with `WRONG_VERSION` when it is at another version of its definition. */
  attach<D extends AgentDefinition<Name>>(agent: D, id: string): Promise<AgentOf<D>>
  /**
   * Moves an agent to the given version of its definition, by one record. States that the patch reaches begin their invokes and
   * `after` delays, states that it leaves end theirs, and a final state ends the agent; no action of entering or leaving runs. Rejects with `NEEDS_MIGRATION` (and what has no
   * place) when the chart cannot take the patched state, with `OWNER_MAY_LIVE` while a worker performs it: pause it first.
   * When it rejects the agent is as it was. Those who wait for the agent (`done`, `waitFor`) hear `NEEDS_MIGRATION`.
   */
  migrate<D extends AgentDefinition<Name>>(agent: D, id: string, options?: MigrateOptions): Promise<AgentOf<D>>
  /**
   * Makes another agent that goes on from where this one was after a record, under the given version of its definition, by one
   * append to a stream of its own; its origin goes on as if nothing were. It is paused: `resume` it when its plan is what you want.
   * The same request under the same id is the same fork. Rejects with `NOT_FOUND`, `NOT_ACTIVE` where the origin had ended by then, `NEEDS_MIGRATION`
   * where this version has no place for what it held, `ID_REUSED`, `INVALID_INPUT`, what `send` refuses an `event` with; then there is no fork.
   */
  fork<D extends AgentDefinition<Name>>(
    agent: D,
    id: string,
    options: ForkOptions<InputOf<D>, EventOf<D>>,
  ): Promise<AgentOf<D>>
  /** What `fork` would make of the same request: what is reused, what runs, what it is likely to take and cost. Writes nothing. Rejects as `fork`. */
  planFork<D extends AgentDefinition<Name>>(
    agent: D,
    id: string,
    options: ForkOptions<InputOf<D>, EventOf<D>>,
  ): Promise<ForkPlan>
  /**
   * The records of agents in the order of the log: what is stored, then what follows, without a gap or a duplicate. A slow
   * reader holds up nothing but itself. Ends when the signal aborts or the client closes; fails with `CURSOR_LOST`. A record
   * that cannot be given ends it with `UNREADABLE` or `UPCAST_FAILED`: the error's facts are its `stream`, its `revision`, and the `cursor` behind it.
   */
  follow<D extends AgentDefinition<Name> = AgentDefinition<Name>>(
    options?: FollowOptions<D>,
  ): AsyncIterable<Followed<D>>
  /**
   * How far someone is behind who has dealt with everything up to the cursor (absent: with nothing): the same on every store.
   * Rejects with `CURSOR_LOST`. Asked for once in a while: it reads up to 10,000 events of the log.
   */
  lag<D extends AgentDefinition<Name> = AgentDefinition<Name>>(cursor?: Cursor, options?: LagOptions<D>): Promise<Lag>
  /**
   * Runs a consumer in this process, beside others that do: one of them gives records to `each`. Resolves when this one does, or
   * knows that another one does. Rejects with `CURSOR_LOST`, and with `ALREADY_SO` when it runs here.
   */
  consume(consumer: Consumer): Promise<RunningConsumer>
  /** A consumer by its name, to look at and to act on, without its code. */
  consumer(name: string): ConsumerControl
  /** All that processes have run on this store. */
  consumers(): Promise<readonly ConsumerStatus[]>
  /**
   * Keeps a projection up as long as the client is open, from where it stands in the store. Rejects with `INVALID_INPUT` where
   * the store keeps no documents, with `CURSOR_LOST` when they are up to a record that the log does not hold.
   */
  project<S>(definition: ProjectionDefinition<S>, options?: ProjectOptions): Promise<Projection<S>>
  /** A page of agents as the directory knows them, in the order of their starts. One that has ended is not `running`: its condition is `ended`. */
  find<K extends Name>(query?: FindQuery<K>): Promise<readonly FoundAgent[]>
  /**
   * Makes the directory again from the log, while agents go on, and tells how many entries were wrong. Rejects with `UNREADABLE`
   * where a record is damaged; on sqlite once the entries of all others are right.
   */
  rebuildDirectory(): Promise<RebuiltDirectory>

  /**
   * Pauses all agents of a definition, or all there are, each by a record of its own. The hold lasts, across restarts, until
   * it is taken back: agents that are started meanwhile begin paused. Repeating it is safe. Rejects when the hold itself
   * cannot be stored; agents that it cannot reach are in the answer.
   */
  pause<K extends Name>(request?: HoldRequest<K>): Promise<BulkResult>
  /**
   * Takes the hold back and resumes what it held. Agents that were paused one by one stay so. Rejects with `HELD` for a
   * definition while a hold holds all.
   */
  resume<K extends Name>(request?: HoldRequest<K>): Promise<BulkResult>
  /** Pauses of definitions, or of all, that stand now. */
  holds(): Promise<readonly Hold[]>

  /** Nothing is lost: pending effects resume at the next start, here or elsewhere. */
  close(): Promise<void>
}

/** One process's way to its agents, which performs their effects and timers too. `await using` closes it. */
export interface Runtime<out Name extends string = string> extends Client<Name> {
  readonly recovered: Promise<Recovered>
  /** What this process performs now. */
  readonly load: Load
}

/** The type of `createRuntime`. */
export type CreateRuntime = <const D extends AgentDefinition>(options: RuntimeOptions<D>) => Promise<Runtime<NameOf<D>>>
