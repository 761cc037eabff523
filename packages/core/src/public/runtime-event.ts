/**
 * What happens in a runtime, as one union: the runtime's own parts react to it, and observers (a logger, metrics, traces)
 * are told of it.
 */
import type { AgentAddress } from '../definition/agent-address.js'
import type { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { Delivery, Diagnostics, NewRecord } from '../record/record.js'
import type { Revision } from '../record/revision.js'
import type { EffectDocument, EffectId, ErrorData, StateDocument } from '../record/state-document.js'
import type { Usage } from '../record/usage.js'
import type { EventData } from '../record/event-data.js'
import type { Progress } from './progress.js'
import type { Report } from './report.js'
import type { TakenOver } from './taken-over.js'

/** What an event is about: `stream` is the agent's, `<definition>-<id>`. */
interface OfAgent {
  readonly stream: string
}

interface OfEffect extends OfAgent {
  readonly effect: EffectId
  /** `draft`, or `child.charge` in a child machine. */
  readonly src: string
}

/** An agent's state has gone on by records that are durable. */
export interface AgentRecorded extends OfAgent {
  readonly kind: 'recorded'
  /** Of the newest of these records. */
  readonly revision: Revision
  /** `undefined`: these records began the agent here. */
  readonly before: StateDocument | undefined
  readonly after: StateDocument
  /** These records, if this process wrote them: as they are before codecs. */
  readonly written?: readonly NewRecord[]
  /** Where the chart was when it threw, if one of these records blocked the agent and this process wrote it. */
  readonly blockedBy?: Diagnostics
  /** Effects of which one of these records says that they failed, if this process wrote it. */
  readonly failed?: { readonly [effect: EffectId]: EffectFailure }
}

/** What was thrown, as it is stored; without `error` where that was `undefined`. */
export interface EffectFailure {
  readonly error?: JsonValue
}

/** Where an agent that is in memory stands on its way to a worker that performs it. */
export type RecoveryStep = 'checking' | 'claiming' | 'resuming' | 'running' | 'left'

/** What becomes of an effect. */
export type EffectEvent =
  /** The chart asked for it: the record is durable. */
  | (OfEffect & { readonly kind: 'effect.scheduled' })
  /** A body is called now. */
  | (OfEffect & { readonly kind: 'effect.began'; readonly attempt: number })
  /** It has an outcome, or the chart has left it. `failed`: an outcome of this process, which is an error. */
  | (OfEffect & { readonly kind: 'effect.ended'; readonly failed?: EffectFailure })
  /** An attempt failed; another one follows at `retryAt`, epoch milliseconds. */
  | (OfEffect & { readonly kind: 'effect.retried'; readonly retryAt: number })
  /** No one knows what became of it: someone must resolve it. */
  | (OfEffect & { readonly kind: 'effect.doubted'; readonly why: NonNullable<EffectDocument['inDoubt']>['why'] })
  /** A body that runs is stopped by this worker: that is no outcome. */
  | (OfEffect & { readonly kind: 'effect.stopped' })
  /**
   * What a body told that it used, and no record tells: the chart had left its effect, or the body was stopped, or its time was over. Told
   * once the body has ended.
   */
  | (OfEffect & { readonly kind: 'effect.used'; readonly attempt: number; readonly usage: Usage })
  /** It is not in this worker's hands any more; it may begin again here. */
  | (OfAgent & { readonly kind: 'effect.let-go'; readonly effect: EffectId })
  | (OfAgent & { readonly kind: 'progress'; readonly progress: Progress })

/** What becomes of an agent in this process. */
export type AgentEventHere =
  | AgentRecorded
  /** The chart sent an event to the body of a callback; it is in a record that is durable. */
  | (OfAgent & Delivery & { readonly kind: 'delivery'; readonly event: EventData })
  /** Nothing stands in the agent's queue any more, for now. */
  | (OfAgent & { readonly kind: 'rested' })
  /** The agent leaves this process's memory: it will be folded again when something arrives. */
  | (OfAgent & { readonly kind: 'leaving' })
  /** This process has nothing more to do with the agent as it held it. */
  | (OfAgent & { readonly kind: 'dismissed' })
  /** The agent cannot go on in this process. */
  | (OfAgent & { readonly kind: 'failed'; readonly error: RefoldError })
  /** Another process's record stood where ours would have. */
  | (OfAgent & { readonly kind: 'conflict' })
  /** No one can tell whether an append was stored; it is repeated. */
  | (OfAgent & { readonly kind: 'unknown'; readonly error: RefoldError; readonly tries: number })
  /** An append was surely not stored. */
  | (OfAgent & { readonly kind: 'rejected'; readonly error: RefoldError; readonly times: number })
  /** Records without a valid header were found: they change nothing. */
  | (OfAgent & { readonly kind: 'foreign-records'; readonly count: number })
  /** Something may be due: a timer, or a deadline. */
  | (OfAgent & { readonly kind: 'due' })
  /** There is room for one more agent here, and this one waits for it. */
  | (OfAgent & { readonly kind: 'room' })
  /** The agent may have something to perform that no one performs. */
  | (OfAgent & { readonly kind: 'unperformed' })
  /** The agent is brought into memory, for whatever reason: its snapshot is read, then the records after it are folded. */
  | (OfAgent & { readonly kind: 'loading'; readonly what: 'snapshot' | 'records' })
  | (OfAgent & { readonly kind: 'recovery'; readonly step: RecoveryStep })
  | (OfAgent & { readonly kind: 'claimed'; readonly epoch: number })
  | (OfAgent & { readonly kind: 'released'; readonly epoch: number })

/** What concerns the worker, or those who watch it. */
export type WorkerEvent =
  /** This worker took an agent up that was not its own. */
  | { readonly kind: 'takeover'; readonly taken: TakenOver }
  /** Something needs a person, or is no error of anyone's call. */
  | { readonly kind: 'report'; readonly report: Report }
  /** A line for those who read the log. */
  | Notice
  /** An observer was too slow: so many events were not told to it. */
  | { readonly kind: 'lag'; readonly observer: number; readonly dropped: number }

interface OfConsumer {
  /** Its name. */
  readonly consumer: string
}

/** What becomes of a consumer, in this process. */
export type ConsumerEvent =
  /** This process gives records to `each` from now on. `previous`: the owner that it was taken from. */
  | (OfConsumer & { readonly kind: 'consumer.claimed'; readonly epoch: number; readonly previous?: string })
  /** Another process has taken it over. */
  | (OfConsumer & { readonly kind: 'consumer.lost'; readonly epoch: number })
  | (OfConsumer & {
      readonly kind: 'consumer.parked'
      readonly key: string
      readonly agent: AgentAddress
      readonly error: ErrorData
    })
  /** A parked record that was retried went well. */
  | (OfConsumer & { readonly kind: 'consumer.delivered'; readonly key: string })
  /** Someone asked for it in this process. */
  | (OfConsumer & { readonly kind: 'consumer.retried' | 'consumer.skipped'; readonly keys: readonly string[] })

/** What is worth a line in the log and changes nothing. */
export interface Notice {
  readonly kind: 'notice'
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** Everything that a runtime tells. `kind` tells the members apart; new kinds may come with a minor version. */
export type RuntimeEvent = AgentEventHere | EffectEvent | ConsumerEvent | WorkerEvent

/**
 * Told of what happens in a runtime, after it happened, in order. One that throws is logged and told the next all the same; one
 * that returns a promise gets the next event when that has settled, and misses events when too many wait (`lag`).
 */
export type RuntimeObserver = (event: RuntimeEvent) => unknown
