/** What an agent has heard of others: the newest number of each sender, in this life of it. */
import { changed, entryOf } from '../record/large-map.js'
import { mapIn, withMap } from '../record/large-members.js'
import type { InboxEntry, StateDocument } from '../record/state-document.js'
import type { MessageOrigin } from '../step/tree-step.js'
import type { Refusal } from './outbox.js'

/** The newest message of a sender. */
export function heardOf(state: StateDocument, from: string): InboxEntry | undefined {
  return entryOf(mapIn(state, 'inbox'), from)
}

/** Whether the message came before. */
export function isInInbox(state: StateDocument, { from, incarnation, seq }: MessageOrigin): boolean {
  const entry = heardOf(state, from)
  return entry !== undefined && entry.incarnation === incarnation && seq <= entry.seq
}

/** The state that has heard the message. */
export function withInInbox(state: StateDocument, origin: MessageOrigin, refused?: Refusal): StateDocument {
  const { from, incarnation, seq } = origin
  const entry = { incarnation, seq, ...(refused === undefined ? undefined : { refused }) }
  return withMap(state, 'inbox', changed(mapIn(state, 'inbox'), new Map([[from, entry]])))
}
