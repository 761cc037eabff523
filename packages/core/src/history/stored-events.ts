/** The events of pages one by one. */
import type { StoredEvent } from '../store/port.js'

export async function* eventsOf(
  pages: AsyncIterable<readonly StoredEvent[]>,
): AsyncGenerator<StoredEvent, undefined, undefined> {
  for await (const page of pages) yield* page
  return undefined
}
