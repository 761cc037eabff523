/** What the page is told of all agents. */
import type { DirectoryEntry } from '@refold/core/store'

/** How many agents stand alike. */
export interface FleetGroup {
  readonly definition: string
  readonly version: number
  readonly status: string
  readonly condition: string
  readonly active: readonly string[]
  readonly agents: number
}

/** Lists of what someone should look at, each with its count; the page asks for the rows by the same name as a filter. */
export type Concern = 'blocked' | 'in-doubt' | 'overdue' | 'waits-for-a-person' | 'paused' | 'unowned' | 'unplaceable'

export interface FleetView {
  readonly agents: number
  readonly groups: readonly FleetGroup[]
  readonly concerns: { readonly [C in Concern]: number }
  /** When it was counted. */
  readonly at: number
  /** Why a count is not known: `unplaceable` needs the definitions. */
  readonly unknown: { readonly [C in Concern]?: string }
}

/** Of the address of the fleet view too. */
export interface FleetFilter {
  readonly definition?: string
  readonly version?: string
  readonly status?: string
  readonly condition?: string
  readonly state?: string
  readonly concern?: Concern
  /** Part of an agent's name. */
  readonly text?: string
}

export interface AgentRow extends DirectoryEntry {
  /** When its last record was written, if that is known without reading its stream's past. */
  readonly lastAt?: number
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
  readonly fingerprint: string
  readonly states: readonly {
    readonly path: string
    readonly agents: number
    /** Of those that are there now, how long; milliseconds. */
    readonly medianMs?: number
    readonly longestMs?: number
    readonly longest?: string
  }[]
  /** By the records that were looked through, the newest ones. An edge that is not in it was never taken in these. */
  readonly edges?: {
    readonly taken: { readonly [edge: string]: number }
    readonly records: number
    readonly isAll: boolean
  }
}

/** What waits for a person. */
export interface InboxItem {
  readonly kind: 'approval' | 'doubt'
  readonly agent: string
  /** The type of the event, or the source of the effect. */
  readonly what: string
  readonly effect?: string
  /** Since when. */
  readonly at: number
  readonly revision: number
  readonly why?: string
}
