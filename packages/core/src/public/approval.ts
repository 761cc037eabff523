/** What a person is asked to approve, and what comes back when they do. All of it is plain JSON: it may travel in a mail or a link. */
import type { JsonObject } from '../json/json-value.js'

/**
 * What `send` takes beside an event that needs approval: which question it answers. It names the question and is no
 * signature: any caller of `send` may also ask.
 */
export interface Approval<Type extends string = string> {
  readonly agent: { readonly name: string; readonly id: string }
  readonly event: Type
  /**
   * Which of several questions of this event type: members that the event must have. Absent: it is about the event as a whole. An
   * event answers each question whose members it has.
   */
  readonly about?: JsonObject
  /** Of the state that was shown. */
  readonly revision: number
  /** SHA-256 of the payload's canonical JSON, hexadecimal. */
  readonly payloadHash: string
}

/** A question to a person: what `agent.approval` gives. */
export interface ApprovalRequest<Type extends string = string, Payload = unknown> extends Approval<Type> {
  /** What is to be approved: what the definition's `approvals` makes of the context. */
  readonly payload: Payload
}
