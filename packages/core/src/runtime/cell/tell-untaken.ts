/** An event that was kept for a blocked agent and will never be taken: someone may rely on it. */
import type { Untaken } from '../../decide/kept-events.js'
import type { RefoldErrorCode } from '../../errors.js'
import { reported } from '../events/operator-reports.js'
import type { Teller } from '../events/event-hub.js'

export function tellUntaken(
  { event, revision, code, message }: Untaken,
  { stream, events }: { readonly stream: string; readonly events: Teller },
): void {
  const text = `"${event}", which was kept for ${stream} at revision ${revision}, was not taken: ${message}`
  // `decide` gave the code.
  events.tell(reported(stream, { code: code as RefoldErrorCode, message: text, facts: { event, revision } }))
}
