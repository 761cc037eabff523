/** What the page is told of all agents. */
import type { JsonValue } from '@refold/core/record'
import type { DirectoryEntry, FoundAgent } from '@refold/core/store'
import type { CodedError } from './answer.js'

/** How many agents stand alike. */
export interface FleetGroup {
  readonly definition: string
  readonly version: number
  readonly status: DirectoryEntry['status']
  readonly condition: DirectoryEntry['condition']
  readonly active: readonly string[]
  readonly agents: number
  /** Effects of theirs that are to be performed. */
  readonly pending: number
  /** Effects in doubt. */
  readonly inDoubt: number
  /** Of them, those with a timer or a deadline that is past. */
  readonly overdue: number
}

/** Lists of what someone should look at, each with its count; the page asks for the rows by the same name as a filter. */
export type Concern = 'blocked' | 'in-doubt' | 'overdue' | 'waits-for-a-person' | 'paused' | 'unowned' | 'unplaceable'

export interface FleetView {
  readonly agents: number
  /** The largest first. */
  readonly groups: readonly FleetGroup[]
  readonly concerns: { readonly [C in Concern]: number }
  /** When it was counted. */
  readonly at: number
  /** Why a count is not known: `unplaceable` needs the definitions. */
  readonly unknown: { readonly [C in Concern]?: string }
}

/** Of the address of the fleet view too, member by member in the query. */
export interface FleetFilter {
  readonly definition?: string
  readonly version?: number
  readonly status?: DirectoryEntry['status']
  readonly condition?: DirectoryEntry['condition']
  /** Path of an active state: a leaf, or a parent of leaves. */
  readonly state?: string
  readonly concern?: Concern
  /** Part of an agent's name. */
  readonly text?: string
}

export interface AgentRow extends FoundAgent {
  /** When its last record was written, if that is known without reading its stream's past. */
  readonly lastAt?: number
  /** It has work, and the process of its owner is proven to be gone: no one performs it now. */
  readonly isOwnerGone?: true
}

export interface AgentRows {
  readonly rows: readonly AgentRow[]
  /** To be given as `after` for the next page; absent: that was all. */
  readonly next?: string
}

/** Where the agents of a definition stand, and which edges were taken. */
export interface HeatView {
  readonly definition: string
  readonly version: number
  /** Of the chart to draw. */
  readonly fingerprint: string
  /** Those in which an agent is or has ended, parents of states included. */
  readonly states: readonly HeatState[]
  readonly edges: {
    /** By the id that the chart gives an edge. One that is not in it was not taken in the records that were looked through. */
    readonly taken: { readonly [edge: string]: number }
    readonly agents: number
    readonly records: number
    /** These are all records of all agents of this definition and version. */
    readonly isAll: boolean
  }
}

/** A state, and for how long agents have been in it. */
export interface HeatState {
  readonly path: string
  /** Ended ones, which stand where they ended, included. */
  readonly agents: number
  /** Of them, active ones whose times were looked up: at most some of each state. */
  readonly sampled: number
  /** Milliseconds. Absent: none was looked up. */
  readonly medianMs?: number
  readonly longestMs?: number
  /** The agent that has been there for the longest. */
  readonly longest?: string
}

/** What waits for a person, the one that waits for longest first. */
export interface InboxView {
  readonly items: readonly InboxItem[]
  /** There is more. */
  readonly isCut: boolean
}

/** A question, or an effect of which no one knows what became of it. */
export interface InboxItem {
  readonly kind: 'approval' | 'doubt'
  readonly agent: string
  /** The type of the event, or the source of the effect. */
  readonly what: string
  readonly effect?: string
  /** Since when, epoch milliseconds. */
  readonly at: number
  /** Of the state that was looked at. */
  readonly revision: number
  /** Of a doubt. */
  readonly why?: string
  /** What is to be approved, long values as `Cut`, and its hash; `ActionsView` has it whole. Absent: no definitions are loaded, or `error` says why. */
  readonly asked?: { readonly payload: JsonValue; readonly payloadHash: string }
  readonly error?: CodedError
}
