/** Events as they are stored, one by one. */
import type { Store, StoredEvent } from '../store/port.js'

/** The newest of a stream; `undefined`: it is not there. */
export async function newestEvent(source: Pick<Store, 'read'>, stream: string): Promise<StoredEvent | undefined> {
  for await (const [newest] of source.read(stream, { direction: 'backwards', limit: 1 })) return newest
  return undefined
}

/** Those of pages. */
export async function* eventsOf(
  pages: AsyncIterable<readonly StoredEvent[]>,
): AsyncGenerator<StoredEvent, undefined, undefined> {
  for await (const page of pages) yield* page
  return undefined
}
