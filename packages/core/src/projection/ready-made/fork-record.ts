/** What the first record of a fork says, of agents of any definition. */
import type { ForkedData } from '../../public/fork.js'

/** `undefined` for any other record. */
export function forkIn({ event }: { readonly event: { readonly type: string } }): ForkedData | undefined {
  // no event from outside has a type of Refold's own
  return event.type === 'refold.forked' ? (event as unknown as { readonly data: ForkedData }).data : undefined
}
