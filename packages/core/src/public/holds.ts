/** Commands to many agents, and finding them. */
import type { RefoldErrorCode } from '../errors.js'
import type { DirectoryQuery } from '../store/port.js'
import type { ControlOptions } from './agent.js'

/** Whom a pause or a resume of many concerns, who asks for it, and why. Without `definition`: all agents of the store. */
export interface HoldRequest<Name extends string = string> extends ControlOptions {
  readonly definition?: Name
}

/** What became of a pause or a resume of many. */
export interface BulkResult {
  /** Agents that it changed. Those that were so already, or had ended, do not count. */
  readonly count: number
  /** Agents that it could not reach, such as those of definitions that are not registered here. Repeat it where they are registered. */
  readonly failed: readonly BulkFailure[]
}

/** An agent that the command did not reach, and why. */
export interface BulkFailure {
  readonly agent: { readonly name: string; readonly id: string }
  readonly code: RefoldErrorCode
  readonly message: string
}

/** A pause that stands: agents of its definition (without one: all) begin paused. */
export interface Hold {
  readonly definition?: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly by?: string
  readonly reason?: string
}

/** Which agents: each member narrows. For the next page, `after` is the `stream` of the last one found. */
export interface FindQuery<Name extends string = string> extends Omit<DirectoryQuery, 'definition' | 'pending'> {
  readonly definition?: Name
  /** Default 100, at most 1,000. */
  readonly limit?: number
}
