/** What an agent has heard of others: the newest number of each sender, in this life of it. */
import type { StateDocument } from '../record/state-document.js'
import type { MessageOrigin } from '../step/tree-step.js'
import type { Refusal } from './outbox.js'

/** Whether the message came before. */
export function isHeard(state: StateDocument, { from, incarnation, seq }: MessageOrigin): boolean {
  const heard = state.heard?.[from]
  return heard !== undefined && heard.incarnation === incarnation && seq <= heard.seq
}

/** The state that has heard the message. */
export function withHeard(state: StateDocument, origin: MessageOrigin, refused?: Refusal): StateDocument {
  const { from, incarnation, seq } = origin
  const heard = { incarnation, seq, ...(refused === undefined ? undefined : { refused }) }
  return { ...state, heard: { ...state.heard, [from]: heard } }
}
