/** Where the page has its data from: a server, or a file that was dropped on it. */
import type { CodedError } from '../../contract/answer.js'
import type { LiveEvent } from '../../contract/live.js'
import type { Order, OrderDone } from '../../contract/orders.js'
import type { Answer, Ask, QuestionName } from './questions.js'

/** What is followed. */
export interface LiveTarget {
  readonly agent?: string
  /** Revision that is known already. */
  readonly after?: number
  readonly fleet?: boolean
}

export interface DataSource {
  /** Rejects with an `AnswerError`. */
  ask<N extends QuestionName>(name: N, ask: Ask<N>): Promise<Answer<N>>
  order(order: Order): Promise<OrderDone>
  /** Until the function that it returns is called. */
  live(target: LiveTarget, hear: (event: LiveEvent) => void): () => void
  /** Address of the agent as a file to keep; absent: there is none. */
  exportAddress?(agent: string): string
}

/** Why there is no answer. `isAway`: the server was not reached, or cannot reach its store. */
export class AnswerError extends Error {
  readonly coded: CodedError
  readonly isAway: boolean

  constructor(coded: CodedError, { isAway = false }: { readonly isAway?: boolean } = {}) {
    super(coded.message)
    this.name = 'AnswerError'
    this.coded = coded
    this.isAway = isAway
  }
}

export function codedOf(error: unknown): CodedError {
  if (error instanceof AnswerError) return error.coded
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}
