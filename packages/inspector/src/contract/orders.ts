/** What is done from the page. Each order is what a command does, and shows it. */
import type { JsonValue } from '@refold/core/record'

/** Who and why, recorded. */
export interface OrderNotes {
  readonly by?: string
  readonly reason?: string
}

export type Order = OrderNotes & { readonly agent: string } & (
    | { readonly do: 'send'; readonly event: JsonValue; readonly id: string; readonly expectedRevision?: number }
    /** `payloadHash` of what was shown. */
    | { readonly do: 'approve'; readonly event: JsonValue; readonly payloadHash: string; readonly about?: JsonValue }
    | {
        readonly do: 'resolve'
        readonly effect: string
        readonly how: 'complete' | 'again' | 'fail' | 'acknowledge'
        /** JSON of the output, or the reason. */
        readonly value?: JsonValue
        readonly force?: true
      }
    | { readonly do: 'retry' | 'pause' | 'resume' | 'cancel' }
    /** `plan`: nothing is written. */
    | {
        readonly do: 'fork'
        readonly plan?: true
        readonly as: string
        readonly at: number
        readonly event?: JsonValue
        readonly outcome?: { readonly effect: string; readonly complete?: JsonValue; readonly fail?: string }
        readonly timers?: 'shift' | 'keep' | 'drop'
        readonly keys?: 'new' | 'keep'
        readonly run?: readonly string[]
        readonly version?: number
      }
  )

/** What came of it. */
export interface OrderDone {
  readonly agent: string
  readonly revision?: number
  /** Of a fork: the plan in words and as data. */
  readonly plan?: JsonValue
  readonly planText?: string
  /** The command that does the same. */
  readonly command: string
}

/** What can be done with an agent where it stands now. */
export interface ActionsView {
  readonly agent: string
  readonly revision: number
  /** Events that it takes: `schema` is the JSON Schema of the payload, to make a form of. */
  readonly events: readonly {
    readonly type: string
    readonly schema?: JsonValue
    /** A person has to approve it; `asked`: what exactly, where definitions are loaded. */
    readonly needsApproval: boolean
    readonly asked?: { readonly payload: JsonValue; readonly payloadHash: string; readonly about?: JsonValue }
    /** Whether its guards take it as it stands; absent: not known. */
    readonly isTaken?: boolean
    readonly command: string
  }[]
  readonly doubts: readonly {
    readonly effect: string
    readonly src: string
    readonly why?: string
    readonly isAbandoned: boolean
  }[]
  /** Others, as commands too. */
  readonly ways: readonly {
    readonly do?: 'retry' | 'pause' | 'resume' | 'cancel'
    readonly what: string
    readonly command: string
  }[]
}
