/** What a worker of the comparison is told, and what it tells. */

export interface PeerOrder {
  readonly module: string
  readonly directory: string
  readonly isResumed: boolean
  readonly given: Readonly<Record<string, number>>
  readonly task: PeerTask
}

export type PeerTask =
  /** Agents one after the other. */
  | { readonly kind: 'latency' }
  /** So many at once, in waves. */
  | { readonly kind: 'throughput'; readonly agents: number }
  /** All of these to their end; each body says that it begins, also to a file, which counts them from outside. */
  | {
      readonly kind: 'drive'
      readonly agents: number
      readonly steps: number
      readonly keep: boolean
      /** Each body takes so long. */
      readonly bodyMs: number
      /** Bodies of this step never end. */
      readonly hangsAt?: number
      /** Only these bodies are told of: a long history is written in silence. */
      readonly tellsFrom: number
    }

export type PeerTold =
  | { readonly kind: 'body' }
  | { readonly kind: 'measured'; readonly figures: Readonly<Record<string, number>> }
  /** `wrong`: agents whose answers are not what their effects gave. */
  | { readonly kind: 'ended'; readonly wrong: number }
  | { readonly kind: 'failed'; readonly message: string }
