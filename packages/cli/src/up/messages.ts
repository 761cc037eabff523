/** What a supervisor and its workers say to each other. All of it is plain data. */
import type { MetricFamily, Recovered, Report, TakenOver } from '@refold/core'

/** The first message to a worker. */
export interface WorkerOrder {
  readonly kind: 'work'
  /** `w1`: the same for every process in this place. */
  readonly name: string
  readonly config: string
  readonly store: string | undefined
  readonly capacity: number | undefined
}

/** `reason`: recorded with each agent that the worker releases. */
export type ToWorker =
  | WorkerOrder
  | { readonly kind: 'drain'; readonly reason: string }
  /** Asks for a `looked`. `agents`: also for the metrics of the store's agents, which one worker tells for all. */
  | { readonly kind: 'look'; readonly agents: boolean }

/** What a worker sees when it is asked to look. */
export interface Looked {
  readonly metrics: readonly MetricFamily[]
  /** Absent: it was not asked for, or the store cannot be read. */
  readonly agents?: readonly MetricFamily[]
  /** Why the store cannot be read. Absent: it can. */
  readonly trouble?: string
}

/** What a worker has in hand. */
export interface InHand {
  readonly agents: number
  readonly effects: number
}

/** It cannot work at all; it exits next. */
export interface Failure {
  readonly kind: 'failed'
  readonly code: string
  readonly message: string
  readonly hint?: string
}

export type FromWorker =
  | { readonly kind: 'alive' }
  /** Someone has asked for it in the store: it hands over, and exits next. */
  | { readonly kind: 'draining' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'ready'; readonly recovered: Omit<Recovered, 'reports'> }
  | { readonly kind: 'load'; readonly load: InHand }
  | { readonly kind: 'looked'; readonly looked: Looked }
  | { readonly kind: 'took over'; readonly takenOver: TakenOver }
  | { readonly kind: 'reported'; readonly report: Pick<Report, 'code' | 'message' | 'agent'> }
  | Failure

/** What a worker sends: the code of its agents shares the channel, so that each of ours says that it is. */
export interface Envelope {
  readonly refold: FromWorker
}

export function isEnvelope(sent: unknown): sent is Envelope {
  return typeof sent === 'object' && sent !== null && 'refold' in sent
}
