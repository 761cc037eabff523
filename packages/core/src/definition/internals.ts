/** What the rest of Refold knows of a definition: everything at run time that its types say at compile time. */
import type { AnyStateMachine } from 'xstate'
import type { JsonValue } from '../json/json-value.js'
import type { PayloadOf } from './read-approvals.js'
import type { EventData } from '../record/event-data.js'

export interface RetryPolicy {
  /** Attempts in all; 1: none after the first. */
  readonly attempts: number
  readonly if?: (error: unknown, attempt: number) => boolean
  readonly delayMs: number
  /** The whole wait, in place of what the other members say. */
  readonly delayOf?: (error: unknown, attempt: number) => number
  readonly factor: number
  readonly maxDelayMs: number
  readonly jitter: boolean
}

/** What a reconcile found out about an interrupted attempt. */
export type ReconcileAnswer = { readonly output: unknown } | { readonly error: unknown } | 'not-done' | 'unknown'
export interface ReconcileCall {
  readonly key: string
  readonly input: JsonValue | undefined
  readonly signal: AbortSignal
}

/** The policy of one effect source with all defaults filled in. */
export interface EffectPolicy {
  readonly retry: RetryPolicy
  readonly timeoutMs: number | undefined
  readonly concurrency: number | undefined
  readonly perSecond: number | undefined
  /** What `concurrency` and `perSecond` count together with: a name, or the policy that travels with the effect; `undefined`: nothing. */
  readonly limit: string | object | undefined
  readonly safety: 'idempotent' | 'reconcilable' | 'never-retry'
  readonly reconcile: ((interrupted: ReconcileCall) => Promise<ReconcileAnswer>) | undefined
  /** Fills in defaults; throws `RefoldError('OUTCOME_UNSTORABLE')` with zod's issues in its facts. */
  readonly parseOutput: ((output: unknown) => unknown) | undefined
}

export interface DefinitionInternals {
  /** The chart is not in this process: what it must decide waits for a process that has it. */
  readonly isUnregistered?: true
  readonly name: string
  readonly version: number
  readonly machine: AnyStateMachine
  /** Hash of the chart (nodes, edges, sources, schemas): changes when the chart does. */
  readonly fingerprint: string
  /** The chart as data, for readers without the code. */
  readonly chart: JsonValue
  /** The chart says that some field is secret. */
  readonly hasSecrets: boolean
  /** JSON with defaults filled in; throws `INVALID_INPUT` or `NOT_SERIALIZABLE`. */
  readonly parseInput: (input: unknown) => JsonValue | undefined
  /** Throws `INVALID_EVENT` (also for a type that may not come from outside) or `NOT_SERIALIZABLE`. */
  readonly parseEvent: (event: unknown) => EventData
  /** The schema of an outside event type; `undefined`: none was given. */
  readonly schemaOf: (type: string) => unknown
  /** Whether a type may come from outside. */
  readonly isOutsideEvent: (type: string) => boolean
  /** Types of outside events that are kept while no state takes them. */
  readonly deferred: ReadonlySet<string>
  /** By event type: what is approved by it. Such an event is refused without an approval. */
  readonly approvals: ReadonlyMap<string, PayloadOf>
  /** By `draft` or `child.charge`; sources without a policy get the defaults. */
  readonly policyOf: (src: string) => EffectPolicy
  /** Window of the ids that callers give to their events. */
  readonly dedup: { readonly maxAgeMs: number; readonly maxCount: number }
}
