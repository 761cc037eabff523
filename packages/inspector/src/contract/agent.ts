/**
 * What the page is told of one agent. The server, the page and the page's worker for opened files share these shapes. All of it
 * is plain JSON, masked where a schema says secret; revisions are numbers, times epoch milliseconds.
 */
import type { JsonObject, JsonValue } from '@refold/core/record'
import type { HistoryFlip, HistoryPoint, HistoryRecord, PatchOperation, TakenEvent, Usage } from '@refold/core/history'
import type { CodedError } from './answer.js'

/** An agent in a few words: what its view needs before anything else. */
export interface AgentHead {
  readonly agent: string
  /** Empty, 0 and empty where it has no state that tells them. */
  readonly definition: string
  readonly version: number
  readonly fingerprint: string
  readonly first: number
  readonly last: number
  /** Of the newest state; below `last` where something is damaged, and `trouble` says what. */
  readonly lastState: number
  readonly trouble?: { readonly revision: number; readonly error: CodedError }
  readonly forkedFrom?: { readonly agent: string; readonly revision: number; readonly isShared: boolean }
  /** Of the newest state; absent: it has none. */
  readonly status?: string
  readonly condition?: string
  readonly active?: readonly string[]
  /** Its chart is stored. */
  readonly hasChart: boolean
  /** Fields of its schemas are secret: their values are hidden. */
  readonly hidesSecrets: boolean
}

/**
 * Its records in columns, of a range: what lists, the minimap and the lanes are drawn from, some bytes a record. `words` holds each
 * text once; the others are indices into it. The record at index i has the revision `from + i`.
 */
export interface Skeleton {
  readonly from: number
  readonly words: readonly string[]
  readonly types: readonly number[]
  readonly kinds: readonly number[]
  /** Of the first record; each other one is that many milliseconds after the one before. */
  readonly at: number
  readonly after: readonly number[]
  /** The effect or timer that it is about; -1: none. */
  readonly about: readonly number[]
}

/** A record as a list shows it. */
export interface RecordRow {
  readonly revision: number
  /** In some words: `output {"text": …}`. */
  readonly summary: string
  readonly src?: string
  readonly by?: string
  /** Paths of the active leaf states, where they changed. */
  readonly active?: readonly string[]
  readonly marks: readonly RecordMark[]
}

/** `outside`: it came from outside; `bad`: something failed, was refused or blocked; `doubt`, `owner`, `late`: as their words say. */
export type RecordMark = 'outside' | 'bad' | 'doubt' | 'owner' | 'late' | 'sent' | 'emitted'

/**
 * A value that is too large to be sent whole. `path` is a pointer into the `PointView`, also where it stands in a record that was
 * asked for alone (`/record/data/…`): the route `value` gives what stands there. Whatever looks like one is one.
 */
export interface Cut {
  readonly $cut: { readonly path: string; readonly kind: 'object' | 'array' | 'string'; readonly size: number }
}

/** What stands at a path, from an index (of characters, items or members) on, as much as fits; `size` of them there are. */
export type ValuePart = { readonly path: string } & (
  | { readonly kind: 'string'; readonly size: number; readonly from: number; readonly text: string }
  | { readonly kind: 'array'; readonly size: number; readonly from: number; readonly items: readonly JsonValue[] }
  | {
      readonly kind: 'object'
      readonly size: number
      readonly from: number
      readonly entries: ReadonlyArray<readonly [string, JsonValue]>
    }
  | { readonly kind: 'scalar'; readonly value: JsonValue }
)

/** What an agent was after a record, and what that record changed. */
export interface PointView extends Omit<HistoryPoint, 'document' | 'owners' | 'context'> {
  /** The whole state document, long values as `Cut`. */
  readonly document: JsonValue
  readonly record: HistoryRecord
  /** Ids of the edges that the record took, as the chart names them; those of a child stand behind its `actor` and a `/`. */
  readonly edges: readonly string[]
  /** Pointers into `document`: what it changed; the empty one: all of it. */
  readonly changed: readonly string[]
  /** Events that it takes where it stands; absent: its chart is not stored. */
  readonly takes?: readonly TakenEvent[]
  /** What holds it up, in words. */
  readonly heldUp?: JsonObject
}

/** From one state to another: the patch (RFC 6902), and the same as what stood and stands at each place. */
export interface Difference {
  readonly patch: readonly PatchOperation[]
  readonly places: readonly DifferingPlace[]
  /** There are more than are sent. */
  readonly isCut: boolean
}

/** Absent `before` or `after`: nothing stood or stands there. */
export interface DifferingPlace {
  readonly change: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly before?: JsonValue
  readonly after?: JsonValue
}

export interface DiffView extends Difference {
  readonly from: number
  readonly to: number
}

/** A revision at which a condition becomes true or false. */
export interface FlipView extends HistoryFlip {
  readonly at: number
  readonly type: string
}

/** An effect as a bar, with its attempts. Absent `end`: it had not ended at the last record. */
export interface EffectBar {
  readonly effect: string
  readonly src: string
  readonly scheduled: { readonly revision: number; readonly at: number }
  readonly attempts: readonly {
    readonly began: { readonly revision: number; readonly at: number }
    /** `interrupted`: its worker is gone; at the record by which another one took over, or it gave the agent up. */
    readonly end?: {
      readonly revision: number
      readonly at: number
      readonly how: 'done' | 'failed' | 'retried' | 'interrupted'
    }
    readonly worker?: string
  }[]
  readonly end?: {
    readonly revision: number
    readonly at: number
    readonly how: 'done' | 'failed' | 'left' | 'resolved'
  }
  /** Since when it is in doubt, or was when it ended. */
  readonly doubted?: { readonly revision: number; readonly at: number }
  readonly usage?: Usage
}

export interface TimerBar {
  readonly timer: string
  readonly id: string
  readonly set: { readonly revision: number; readonly at: number }
  readonly due: number
  readonly end?: { readonly revision: number; readonly at: number; readonly how: 'fired' | 'cancelled' }
  readonly lateMs?: number
}

export interface OwnerBar {
  readonly worker: string
  readonly from: { readonly revision: number; readonly at: number }
  readonly to?: { readonly revision: number; readonly at: number }
  /** Of the claim: `takeover …`; absent: nothing special. */
  readonly why?: string
}

export interface ChildBar {
  readonly path: readonly string[]
  readonly src?: string
  readonly agent?: string
  readonly from: { readonly revision: number; readonly at: number }
  readonly to?: { readonly revision: number; readonly at: number }
}

/** What went on beside each other between two revisions. What began before or goes on after is in it too. */
export interface Lanes {
  readonly from: number
  readonly to: number
  readonly effects: readonly EffectBar[]
  readonly timers: readonly TimerBar[]
  readonly owners: readonly OwnerBar[]
  readonly children: readonly ChildBar[]
  /** There were more than are sent. */
  readonly isCut: boolean
}

/** A conversation, where the context or the payloads hold one: in the shapes of OpenAI, Anthropic and the AI SDK. */
export interface TranscriptView {
  /** Of the list, in the state document; absent: the messages came one by one as payloads, or there are none. */
  readonly path?: string
  /** The newest, where there are more than are sent. */
  readonly messages: readonly TranscriptMessage[]
  readonly isCut: boolean
}

export interface TranscriptMessage {
  readonly role: string
  /** Empty where it is a call of a tool, or what a tool gave. */
  readonly text: string
  readonly tool?: {
    /** Empty where only its id is told. */
    readonly name: string
    readonly id?: string
    readonly input?: JsonValue
    readonly output?: JsonValue
  }
  /** The record that brought it. */
  readonly revision: number
}

/** Two lives beside each other; the difference leads from the left state to the right one. */
export interface CompareView extends Difference {
  readonly left: Side
  readonly right: Side
  /** Index into `rows` of the first that differs; absent: none does. */
  readonly divergence?: number
  /**
   * Records that say the same stand beside each other, around the divergence; what workers did about ownership is left out. `agent`:
   * in whose stream it stands, which of a fork may be that of its origin.
   */
  readonly rows: readonly {
    readonly left?: RecordRow & { readonly agent: string }
    readonly right?: RecordRow & { readonly agent: string }
    readonly same: boolean
  }[]
}

export interface Side {
  readonly agent: string
  readonly revision: number
  readonly active: readonly string[]
}
