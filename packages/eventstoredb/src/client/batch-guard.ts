/**
 * Makes the client's batch append safe to use. Seen in version 6.2.1:
 * - one table holds the pending appends of all clients of the process; an error of one client's stream rejects all of
 *   them, and answers that come later throw out of a stream's handler, which ends the process;
 * - appends that wait for a full stream to drain reject inside of an async executor when it breaks: an unhandled rejection.
 *
 * Invariants: nothing throws out of a handler; a full stream makes no one wait; the pending appends of one client are
 * rejected by that client's errors only.
 */
import type { Duplex } from 'node:stream'

type Listener = (argument: unknown) => void

/** Streams that carry appends now, of all clients. */
const live = new Set<Duplex>()

/** Guards a stream that the client has just made; `onBroken` is told when it carries no more answers. */
export function guardBatchStream(stream: Duplex, { onBroken }: { readonly onBroken: (error: unknown) => void }): void {
  live.add(stream)
  const answered = replaceListeners(stream, 'data')
  const failed = replaceListeners(stream, 'error')
  stream.on('data', (response) => {
    try {
      for (const listener of answered) listener(response)
    } catch {} // an answer to an append that is no longer waited for
  })
  stream.on('error', (error) => {
    live.delete(stream)
    onBroken(error)
    if (live.size > 0) return // the table holds the appends of other streams too
    for (const listener of failed) listener(error)
  })
  stream.on('close', () => live.delete(stream))
  stream.on('end', () => onBroken(new Error('the server ended the stream of appends')))
  neverFull(stream)
}

function replaceListeners(stream: Duplex, event: 'data' | 'error'): readonly Listener[] {
  const listeners = stream.listeners(event) as unknown as readonly Listener[]
  for (const listener of listeners) stream.removeListener(event, listener)
  return listeners
}

/** What is in flight is bounded by our own window; the stream need not say so, too. */
function neverFull(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  stream.write = ((...args: unknown[]) => {
    write(...args)
    return true
  }) as Duplex['write']
}
