/** What the parts of the store share: the connection, its limits, and whether the store is closed. */
import { backoffMs, isRefoldError, RefoldError } from '@refold/core/store'
import { pause } from './pause.js'
import { failureOf } from './client/db-client.js'
import { failureError, NoAnswer, type Failure } from './client/failure.js'
import { timeLeft } from './client/silence.js'
import type { SharedConnection } from './client/shared-connection.js'
import type { WireClient } from './client/wire.js'
import type { ResolvedOptions } from './options.js'
import type { SeenLog } from './seen-log.js'

/** Waits before a call is repeated on a server that may be electing a leader. */
export const RETRY = { delayMs: 20, factor: 2, maxDelayMs: 1000, jitter: true }

export interface Connection {
  readonly shared: SharedConnection
  readonly options: ResolvedOptions
  /** Aborts when the store is closed. */
  readonly closed: AbortSignal
  readonly seen: SeenLog
}

export function assertOpen({ closed, seen }: Pick<Connection, 'closed' | 'seen'>): void {
  if (closed.aborted) throw new RefoldError('CLOSED', 'the store is closed')
  if (seen.replaced !== undefined) throw seen.replaced
}

/** Whether the same call may do better in a moment. */
export function mayPass({ kind }: Failure): boolean {
  return kind === 'lost' || kind === 'not-sent' || kind === 'not-leader'
}

/** Whether another attempt is of no use: it cannot pass, or no one ever answered at this address. */
export function isHopeless({ answered }: SharedConnection, failure: Failure): boolean {
  return !mayPass(failure) || (failure.kind === 'not-sent' && !answered)
}

export interface Again<T> {
  /** By the monotonic clock. Default: as long from now as every call has. */
  readonly deadline?: number | undefined
  /** Answers for failures that are answers. */
  readonly otherwise?: (failure: Failure) => T | undefined
}

/** A call that changes nothing when it is repeated: repeated until its time is over. Rejects with the coded error of the last attempt. */
export async function askAgain<T>(
  { shared, seen, options: { timeoutMs } }: Connection,
  doing: string,
  call: (client: WireClient) => Promise<T>,
  { deadline = performance.now() + timeoutMs, otherwise }: Again<T> = {},
): Promise<T> {
  for (let failures = 1; ; failures++) {
    assertInTime(deadline, { doing, callMs: timeoutMs })
    try {
      return await shared.ask(await seen.client(deadline), {
        doing,
        call,
        timeoutMs: timeLeft(deadline),
        callMs: timeoutMs,
      })
    } catch (error) {
      if (isRefoldError(error)) throw error
      const failure = failureOf(error)
      const answer = otherwise?.(failure)
      if (answer !== undefined) return answer
      const waitMs = backoffMs(failures, RETRY, Math.random)
      if (!mayPass(failure) || performance.now() + waitMs > deadline)
        throw failureError(failure, { doing, cause: error })
      await pause(waitMs)
    }
  }
}

/** What came before a call may have taken all of its time: then nothing is sent, and it rejects with `STORE_REJECTED`. */
export function assertInTime(
  deadline: number,
  { doing, callMs }: { readonly doing: string; readonly callMs: number },
): void {
  if (performance.now() < deadline) return
  throw failureError({ kind: 'lost' }, { doing, cause: new NoAnswer(doing, callMs) })
}
