/** What happens to agents, as those outside follow it: the whole log, or the part that some definitions have in it. */
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentDefinition, TypesOf } from '../definition/agent-types.js'
import type { RecordHeader } from '../record/record.js'
import type { AgentEvent } from './events.js'

/**
 * A place in the log, behind one record: plain text, to be stored with what was made of the records up to there. Of two
 * cursors of one log the greater text is the later one. It names the record, so that a log in which another one stands there
 * (a backup that was put back) is found out.
 */
export type Cursor = string & { readonly '~cursor': true }

/** What is followed, and from where. */
export interface FollowOptions<D extends AgentDefinition = AgentDefinition> {
  /** Agents of these definitions, at whatever version. Absent: all agents of the store, also of definitions that are not registered. */
  readonly agents?: readonly D[]
  /**
   * `'start'` (the default): the first record. `'now'`: those that are stored after the first item was asked for. A cursor: those behind it; rejects
   * with `CURSOR_LOST` when the log does not hold what it names. A time in epoch milliseconds: those recorded then or later;
   * earlier ones are read and passed over.
   */
  readonly from?: 'start' | 'now' | Cursor | { readonly at: number }
  /**
   * Records without the values of fields that a schema says are secret (`.meta({ secret: true })`), as they are shown to people. What is
   * secret in an agent is read when it is first followed; of agents without such fields it costs nothing. Default: `false`.
   */
  readonly hideSecrets?: boolean
  /** Ends it. */
  readonly signal?: AbortSignal
  /**
   * Records that wait for so long while none is taken are reported as `STALLED`, with what holds them up: the reader, or the
   * store. When it goes on: `ADVANCING`. Default 30,000 ms; `Infinity`: never.
   */
  readonly stalledAfterMs?: number
}

/** Whose records count. */
export interface LagOptions<D extends AgentDefinition = AgentDefinition> {
  /** Absent: records of all agents. */
  readonly agents?: readonly D[]
}

/** How far one is behind who has dealt with everything up to a cursor. */
export interface Lag {
  /** Records that wait. They are counted by reading: at most the next 10,000 events of the log. */
  readonly records: number
  /** There may be more of them. */
  readonly atLeast?: true
  /** How long the oldest of them has waited, milliseconds, by the clocks of both; 0 when none waits. */
  readonly ms: number
}

/** Members of the directory's entry of an agent: where it stands, who owns it, what it waits for. `null`: no longer. `left`: effects that its chart left. `standsIn`: its states, which stay, where it comes to wait for someone or to another version. */
export type DirectoryChanges = Pick<
  RecordHeader,
  'status' | 'active' | 'standsIn' | 'condition' | 'owner' | 'pending' | 'inDoubt' | 'left' | 'nextDueAt'
>

/**
 * A record of an agent, in the order of the log; or the news that everything that is stored was given, which may repeat.
 * `cursor` is where to go on from when this item was dealt with.
 */
export type Followed<D extends AgentDefinition = AgentDefinition> =
  | {
      readonly kind: 'event'
      readonly agent: AgentAddress
      readonly event: AgentEvent<TypesOf<D>>
      /** What the record changes of what the directory says of the agent. What is absent stays as it was. */
      readonly changes: DirectoryChanges
      readonly cursor: Cursor
      /** How long ago it was recorded, milliseconds, by the clocks of both. */
      readonly lagMs: number
    }
  | {
      readonly kind: 'caught-up'
      /** Absent: the log is empty. */
      readonly cursor: Cursor | undefined
    }
