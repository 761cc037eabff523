/** What is told of an agent that changed hands. */
import type { ClaimReason } from '../decide/inputs.js'

/** An agent that this worker has taken up, and how it knew that no one performed it. */
export interface TakenOver {
  readonly agent: { readonly name: string; readonly id: string }
  /** The worker that owned the agent, or released it. Absent: no one ever did. */
  readonly previous?: string
  readonly why: ClaimReason
  /** Why it was released, as the one who drained the worker gave it. */
  readonly reason?: string
  /** Epoch milliseconds: when the claim was durable. */
  readonly at: number
  /** Effects that go on here. */
  readonly effects: number
  /** Effects that wait for someone's word. */
  readonly inDoubt: number
}
