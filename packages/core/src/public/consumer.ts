/** Consumers: programs that do something with each record, as their authors and operators see them. */
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentDefinition, TypesOf } from '../definition/agent-types.js'
import type { RetryOptions } from '../definition/policy-types.js'
import type { Revision } from '../record/revision.js'
import type { ErrorData } from '../record/state-document.js'
import type { AgentEvent } from './events.js'
import type { Cursor, DirectoryChanges, FollowOptions, Lag } from './follow.js'

/** One record, as `each` is given it. */
export interface Consumed<D extends AgentDefinition = AgentDefinition> {
  readonly agent: AgentAddress
  readonly event: AgentEvent<TypesOf<D>>
  /** What the record changes of what the directory says of the agent. */
  readonly changes: DirectoryChanges
  /**
   * The same whenever this record is given again, and no other's: for writes that must count once. After a crash the last
   * records come again ([CON-11](../../../../specs/24-consumers.md)).
   */
  readonly key: string
  /** 1 at first. */
  readonly attempt: number
  /** Aborted when the consumer closes and waits no longer, and when another process has taken it over. */
  readonly signal: AbortSignal
}

/** What `defineConsumer` takes. */
export interface ConsumerConfig<D extends AgentDefinition = AgentDefinition> {
  /** Its place in the log is kept under this name. 1 to 100 letters, digits, `_`, `.`, `-`; begins with a letter. */
  readonly name: string
  /** Records of agents of these definitions, at whatever version. Absent: of all agents. */
  readonly agents?: readonly D[]
  /** Called for each record; it is dealt with when what this returns has settled. */
  readonly each: (record: Consumed<D>) => unknown
  /** When `each` throws. Default: 5 attempts; waits as an effect's, from 500 ms on. Then the record is parked. */
  readonly retry?: RetryOptions
  /** Agents whose records are given to `each` at once, 1 to 256. Default 10. */
  readonly concurrency?: number
  /** Where it begins the first time. Default `'start'`: all that ever happened. */
  readonly from?: NonNullable<FollowOptions['from']>
}

/** Made by `defineConsumer`, run by `client.consume`. */
export interface Consumer {
  readonly name: string
}

/** A record that `each` could not deal with. */
export interface ParkedRecord {
  /** As `each` was given it. */
  readonly key: string
  readonly agent: AgentAddress
  readonly revision: Revision
  /** Of the event. */
  readonly type: string
  readonly error: ErrorData
  /** In all, over retries by hand. */
  readonly attempts: number
  /** Epoch milliseconds: when it was parked last. */
  readonly at: number
  /** Someone has asked for it to be given again, and it was not yet. */
  readonly isRetried: boolean
}

/** How a consumer stands. */
export interface ConsumerStatus {
  readonly name: string
  /** Worker id of the process that gives records to `each`; absent: none does. */
  readonly owner?: string
  /** Counts the owners. */
  readonly epoch: number
  /** Names of its definitions; absent: all agents. */
  readonly agents?: readonly string[]
  /** Everything up to here is dealt with, as it was last stored: at most a second ago, for the owner itself now. Absent: nothing is yet. */
  readonly checkpoint?: Cursor
  readonly parked: number
  /** Behind the checkpoint. Absent: the log does not hold it, so that running it is refused with `CURSOR_LOST`. */
  readonly lag?: Lag
}

/** Who gives a command, and why; both are kept. */
export interface ConsumerNotes {
  readonly by?: string
  readonly reason?: string
}

/** What can be asked of a consumer, and told to it, in any process. */
export interface ConsumerControl {
  readonly name: string
  /** Rejects, as all others do, with `NOT_FOUND` for a consumer that no process has run. */
  status(): Promise<ConsumerStatus>
  /** In the order of the log. */
  parked(): Promise<readonly ParkedRecord[]>
  /** Gives parked records to `each` again, as soon as a process runs the consumer. Resolves with their number when that is stored. */
  retry(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number>
  /** Parked records that will not be given again. */
  skip(keys: readonly string[] | 'all', notes?: ConsumerNotes): Promise<number>
}

/** A consumer in this process: it gives records to `each`, or waits until their owner closes or dies. `await using` closes it. */
export interface RunningConsumer extends ConsumerControl, AsyncDisposable {
  /** Whether this process gives records to `each`. */
  readonly isOwner: boolean
  /** Resolves at the close; rejects with what ended it before: `CURSOR_LOST`, `UNREADABLE`, `STORE_FATAL`. */
  readonly ended: Promise<void>
  close(): Promise<void>
}
