/** What is done from the page: an order does what a command does, and names it. */
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { CodedError } from './answer.js'

/** Who and why, recorded. An approval needs a name. */
export interface OrderNotes {
  readonly by?: string
  readonly reason?: string
}

/** An event to send. */
export type OrderedEvent = JsonObject & { readonly type: string }

/** What became of an effect in doubt. */
export type OrderedResolution =
  /** `null` for one without an output. */
  | { readonly how: 'complete'; readonly value: JsonValue }
  | { readonly how: 'again'; readonly force?: true }
  /** The reason. */
  | { readonly how: 'fail'; readonly value: string }
  | { readonly how: 'acknowledge' }

/**
 * `agent`: its stream. The same order again does nothing more where it has an id, and is refused else, while what it did stands: a `pause`
 * that comes again after someone's `resume` is another pause.
 */
export type Order = OrderNotes & { readonly agent: string } & (
    | { readonly do: 'send'; readonly event: OrderedEvent; readonly id: string; readonly expectedRevision?: number }
    /** `payloadHash` and `revision` of what was shown: of that very question, not of one like it that came after. */
    | {
        readonly do: 'approve'
        readonly event: OrderedEvent
        readonly payloadHash: string
        readonly revision: number
        readonly about?: JsonObject
      }
    /** `revision` of the doubt that was shown: it settles none that arose since. */
    | ({ readonly do: 'resolve'; readonly effect: string; readonly revision: number } & OrderedResolution)
    | { readonly do: 'retry' | 'pause' | 'resume' | 'cancel' }
    /** `plan`: nothing is written. */
    | {
        readonly do: 'fork'
        readonly plan?: true
        readonly as: string
        readonly at: number
        /** It is told one thing first, or nothing. */
        readonly event?: OrderedEvent
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
    /** A person has to approve it; `asked`: what exactly, where definitions are loaded, `refused`: why that is not known. */
    readonly needsApproval: boolean
    readonly asked?: { readonly payload: JsonValue; readonly payloadHash: string; readonly revision: number }
    readonly refused?: CodedError
    /** Whether its guards take it as it is without a payload; absent: it needs one, or no definitions are loaded. */
    readonly isTaken?: boolean
    /** Values that are still to be filled in are `…`. */
    readonly command: string
  }[]
  readonly doubts: readonly {
    readonly effect: string
    readonly src: string
    readonly why?: string
    /** Epoch milliseconds. */
    readonly since: number
    /** Of the record from which on: what its resolution names. */
    readonly revision: number
    readonly isAbandoned: boolean
    /** One for each way to resolve it. The output and the reason are still to be filled in: `'…'`. */
    readonly commands: { readonly [How in OrderedResolution['how']]?: string }
    /** JSON Schema of its output, where the chart has one. */
    readonly schema?: JsonValue
  }[]
  /** Others, the most pressing first; without `do` a command alone. */
  readonly ways: readonly {
    readonly do?: 'retry' | 'pause' | 'resume' | 'cancel'
    readonly what: string
    readonly command: string
  }[]
}
