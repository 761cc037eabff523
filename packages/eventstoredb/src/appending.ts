/**
 * Appends. Invariants: everything is serialised and measured before the client sees it; each append ends within its time; an
 * append whose answer was lost rejects with `STORE_UNKNOWN`, and the identical one gets the original answer, because the
 * server compares ids under an explicit revision.
 */
import { Buffer } from 'node:buffer'
import type { AppendResult, Expected, NewEvent } from '@refold/core/store'
import {
  assertFits,
  assertNotEmpty,
  backoffMs,
  isRefoldError,
  RefoldError,
  toPosition,
  toRevision,
} from '@refold/core/store'
import { pause } from './pause.js'
import { failureOf } from './client/db-client.js'
import { appendError } from './client/failure.js'
import type { WireEvent } from './client/wire.js'
import { timeLeft } from './client/silence.js'
import { assertInTime, mayPass, RETRY, type Connection } from './connection.js'
import { MAX_APPEND_BYTES } from './options.js'
import { toWireEvent } from './wire-event.js'

/** Brackets, quotes and commas of `[type, data, metadata]`. */
const JSON_BETWEEN_BYTES = 6

/** The events as they are sent. Throws `TOO_LARGE`, `NOT_SERIALIZABLE`. */
export function prepareAppend(stream: string, events: readonly NewEvent[]): readonly WireEvent[] {
  assertNotEmpty(stream, events)
  try {
    const sent = events.map(toWireEvent)
    assertFits(stream, { bytes: sizeOf(sent), maxAppendBytes: MAX_APPEND_BYTES })
    return sent
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new RefoldError('NOT_SERIALIZABLE', `an append to ${stream}: ${error.message}`, {
      hint: 'Data and metadata of an event must be JSON.',
      cause: error,
      facts: { stream },
    })
  }
}

export interface Sending {
  readonly events: readonly WireEvent[]
  readonly expected: Expected
  /** By the monotonic clock. */
  readonly deadline: number
}

/**
 * `stream` is the full name in the server. A lost answer is asked for again by the identical append, while there is time:
 * what is lost once can no longer be called rejected.
 */
export async function sendAppend(
  { shared, seen, options: { timeoutMs } }: Connection,
  stream: string,
  { events, expected, deadline }: Sending,
): Promise<AppendResult> {
  assertInTime(deadline, { doing: `appending to ${stream}`, callMs: timeoutMs })
  const call = { expected, deadlineMs: timeoutMs }
  let lost: unknown
  for (let failures = 1; ; failures++) {
    try {
      const { revision, position } = await shared.ask(await seen.client(deadline), {
        doing: 'append',
        call: (client) => client.append(stream, events, call),
        timeoutMs: timeLeft(deadline),
        callMs: timeoutMs,
      })
      seen.add(position)
      if (expected === 'no_stream' && revision !== BigInt(events.length - 1)) throw begunAgain(stream, revision)
      return { ok: true, revision: toRevision(revision), position: toPosition(position) }
    } catch (error) {
      if (isRefoldError(error)) throw error
      const failure = failureOf(error)
      if (failure.kind === 'conflict')
        return { ok: false, actual: failure.actual === 'no_stream' ? 'no_stream' : toRevision(failure.actual) }
      if (failure.kind === 'lost') lost = error
      const waitMs = backoffMs(failures, RETRY, Math.random)
      // A node that does not lead has stored nothing, and named the leader: the client goes there next.
      const again = failure.kind === 'not-leader' || (lost !== undefined && mayPass(failure))
      if (!again || performance.now() + waitMs > deadline)
        throw lost === undefined
          ? appendError(failure, { stream, cause: error })
          : appendError({ kind: 'lost' }, { stream, cause: lost })
      await pause(waitMs)
    }
  }
}

/** The server numbers on in a stream that was deleted softly, as by its web page: an agent cannot begin in the middle. */
function begunAgain(stream: string, revision: bigint): RefoldError {
  return new RefoldError('STORE_FATAL', `${stream} was deleted, and goes on at revision ${revision}`, {
    hint: 'What was appended now is stored, and of no use. Take another id, or delete the stream for good (a tombstone).',
    facts: { stream, revision },
  })
}

/** As `appendBytes` of core counts: types, data and metadata, and what stands between them. */
function sizeOf(events: readonly WireEvent[]): number {
  let bytes = 0
  for (const { type, data, metadata } of events)
    bytes += Buffer.byteLength(type) + data.byteLength + metadata.byteLength + JSON_BETWEEN_BYTES
  return bytes
}
