/**
 * Catch-up, then live, over any log that can be read from a cursor. There is no second, "live" channel whose events
 * would have to be joined to those read: a change only says that reading on is worth it, so there can be neither a gap
 * nor a duplicate, and a slow consumer holds nothing but its own cursor.
 */
import { manyMayListen } from '../world/many-listeners.js'
import type { StoredEvent, SubscriptionItem } from './port.js'
import type { ChangeSignal } from './change-signal.js'

/** A log that can be read on from where the last page ended. */
export interface FollowedLog {
  /** The next events after those it gave before; empty at the end of what is stored. */
  readonly nextPage: () => Promise<readonly StoredEvent[]>
  readonly changes: ChangeSignal
  readonly signal?: AbortSignal | undefined
}

/** What `Store.subscribe` gives. Ends when the signal aborts or the changes are closed. */
export async function* followLog(log: FollowedLog): AsyncGenerator<SubscriptionItem, void, undefined> {
  const { changes, signal } = log
  if (signal !== undefined) manyMayListen(signal)
  const ended = (): boolean => changes.closed || signal?.aborted === true
  while (!ended()) {
    const seen = changes.version
    const page = await nextPage(log)
    for (const event of page) {
      if (ended()) return
      yield { kind: 'event', event }
    }
    if (page.length > 0) continue
    if (ended()) return
    yield { kind: 'caught-up' }
    await changes.changedSince(seen, { signal })
  }
}

/** A read that fails because the store closes meanwhile is the end, not an error. */
async function nextPage({ nextPage, changes }: FollowedLog): Promise<readonly StoredEvent[]> {
  try {
    return await nextPage()
  } catch (error) {
    if (changes.closed) return []
    throw error
  }
}
