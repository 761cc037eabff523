/** What an agent has heard of others: the newest number of each sender, in this life of it. */
import type { StateDocument } from '../record/state-document.js'
import type { MessageOrigin } from '../step/tree-step.js'
import type { Refusal } from './outbox.js'

/** Whether the message came before. */
export function isInInbox(state: StateDocument, { from, incarnation, seq }: MessageOrigin): boolean {
  const entry = state.inbox?.[from]
  return entry !== undefined && entry.incarnation === incarnation && seq <= entry.seq
}

/** The state that has heard the message. */
export function withInInbox(state: StateDocument, origin: MessageOrigin, refused?: Refusal): StateDocument {
  const { from, incarnation, seq } = origin
  const entry = { incarnation, seq, ...(refused === undefined ? undefined : { refused }) }
  return { ...state, inbox: { ...state.inbox, [from]: entry } }
}
