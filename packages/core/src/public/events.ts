/** What an agent's stream holds, as readers see it. `type` tells the members apart. */
import type { EventObject } from 'xstate'
import type { ClaimReason } from '../decide/inputs.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentTypes } from '../definition/agent-types.js'
import type { CancelEvent } from '../definition/cancel-event.js'
import type { Payload } from '../definition/machine-types.js'
import type { Approved } from '../record/record.js'
import type { Revision } from '../record/revision.js'
import type { EffectId } from '../record/state-document.js'
import type { Usage } from '../record/usage.js'
import type { FinalReason } from '../step/tree-step.js'
import type { ForkedData } from './fork.js'
import type { AgentFault, DoubtReason, Thrown } from './state.js'

/** One record: `data` is the payload of the input and nothing else. */
export interface Recorded<K extends string, D> {
  readonly type: K
  readonly data: D
  readonly revision: Revision
  /** Epoch milliseconds, never decreasing in a stream: for order only. */
  readonly at: number
  readonly by?: string
  readonly reason?: string
  /** W3C trace context of what caused it. */
  readonly traceparent?: string
  /** The state did not take the event: it is kept, and `refold.recalled` with its revision says when it was decided. */
  readonly deferred?: true
  /** What someone had before them when they approved by this event. */
  readonly approved?: Approved
  /** As JSON, revisions are texts: JSON has no big integers. */
  toJSON(): object
}

/** A record of an effect: the scheduling of it, what became of its attempts, its outcome. */
export interface RecordedOfEffect<K extends string, D> extends Recorded<K, D> {
  /** The effect, as `state.effects` and `resolve` name it. */
  readonly effect: EffectId
}

type OutsideRecord<E> = E extends EventObject ? Recorded<E['type'], Payload<E>> : never

type CallRecord<K, O> =
  /** `src` is `null` for a success that came after its effect had an outcome, or an end: it was paid for, and the chart did not take it. */
  | RecordedOfEffect<'refold.effect.done', { src: K | null; output: O; usage?: Usage }>
  | RecordedOfEffect<'refold.effect.step', { src: K; step: string; output: unknown; usage?: Usage }>
  | RecordedOfEffect<'refold.effect.doubted', { src: K; why: DoubtReason }>
  | RecordedOfEffect<'refold.effect.resolved', { src: K; resolution: 'again' | 'acknowledge'; force?: true }>
/** An observable's value has no type here: XState's observable logic does not tell it apart from its events. */
type StreamRecord<K> = RecordedOfEffect<
  'refold.effect.event',
  { src: K } & ({ event: EventObject } | { value?: unknown })
>

/** `retryAt` tells which of the two it is. */
type FailedData<K> =
  /** Another attempt follows, at `retryAt`. Of what is no `Error` the text stands as the message. */
  | { src: K; error: AgentFault; attempt: number; retryAt: number; final?: undefined; usage?: Usage }
  /** The last one: what the body threw as the chart gets it; absent where `undefined` was thrown, as by `Promise.reject()`. */
  | { src: K; error?: Thrown; attempt?: number; retryAt?: undefined; final?: FinalReason; usage?: Usage }

type EffectRecord<F> = {
  [K in keyof F & string]: F[K] extends { output: infer O }
    ?
        | RecordedOfEffect<'refold.effect.started', { src: K; attempt: number }>
        | RecordedOfEffect<'refold.effect.failed', FailedData<K>>
        | ([O] extends [never] ? StreamRecord<K> : CallRecord<K, O>)
    : never
}[keyof F & string]

type MessageRecord =
  | Recorded<'refold.message.acknowledged', { to: AgentAddress }>
  | Recorded<
      'refold.message.undelivered',
      { to: AgentAddress; event: EventObject | null; code: string; message: string }
    >
  | Recorded<'refold.message.refused', { event: string; code: string; message: string }>
  | Recorded<'refold.child.ended', { agent: AgentAddress }>

type ControlRecord =
  | Recorded<'refold.timer.fired', { timer: string; lateMs: number }>
  | Recorded<'refold.actor.event', { event: EventObject }>
  | Recorded<'refold.paused' | 'refold.resumed', { bulk?: true }>
  | Recorded<'refold.cancel', Payload<CancelEvent> & { children?: 'cancel' }>
  | Recorded<'refold.cancelled', { lateMs?: number; children?: 'cancel' }>
  | Recorded<'refold.retried', { revision?: number; deferred?: true; refused?: { code: string; message: string } }>
  /** A kept event, of the record at `revision`, was decided. */
  | Recorded<'refold.recalled', { event: string; revision: number; refused?: { code: string; message: string } }>
  | Recorded<
      'refold.claimed',
      {
        worker: string
        previous?: string
        why?: ClaimReason
        probation?: 'shared' | 'isolated'
        inDoubt?: ReadonlyArray<{ effect: EffectId; src: string; why: 'interrupted' }>
      }
    >
  | Recorded<
      'refold.released',
      { worker: string; inDoubt?: ReadonlyArray<{ effect: EffectId; src: string; why: 'interrupted' }> }
    >
  | Recorded<'refold.cleared', { probation: 'shared' | 'isolated' }>
  | Recorded<'refold.migrated', unknown>

/** Any record of an agent. */
export type AgentEvent<T extends AgentTypes> = (
  | OutsideRecord<T['taken']>
  | EffectRecord<T['effects']>
  | Recorded<'refold.started', { input: T['input'] }>
  | Recorded<'refold.forked', ForkedData<T['input']>>
  | MessageRecord
  | ControlRecord
) & {
  /** What the machine emitted with this record, in order; absent: nothing. `on` hears the same, but only from now on. */
  readonly emitted?: readonly T['emitted'][]
}
