/** The window of event ids that outside callers gave: bounded in age and size, and never forgetful within it. */
import type { ReceivedId, StateDocument } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import type { Envelope } from './inputs.js'

/** When and where an id came before; `undefined` when it did not. Any text may be an id, `toString` too. */
export function receivedAs({ received }: StateDocument, id: string | undefined): ReceivedId | undefined {
  return id !== undefined && Object.hasOwn(received, id) ? received[id] : undefined
}

/** The window with this envelope's id in it; `undefined` when there is none; `'full'` when it would have to forget. */
export function withReceived(
  context: DecideContext,
  envelope: Envelope,
): StateDocument['received'] | undefined | 'full' {
  const { state, now } = context
  if (state === undefined || envelope.dedupId === undefined) return undefined
  const { maxAgeMs, maxCount } = context.definition.received
  const kept: { [id: string]: ReceivedId } = {}
  let count = 0
  for (const [id, entry] of Object.entries(state.received)) {
    if (now - entry.at > maxAgeMs) continue
    kept[id] = entry
    count++
  }
  if (count >= maxCount) return 'full'
  kept[envelope.dedupId] = { at: now, revision: context.revision }
  return kept
}
