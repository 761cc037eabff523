/**
 * The one place that appends: to an agent's stream, and to that of the holds.
 *
 * Invariants: at most one append in flight per agent (the caller sees to it); after an unknown outcome the *identical*
 * batch is repeated until the store says what became of it, because a decision on a state that may not exist is worse
 * than waiting; a conflict after an unknown outcome is compared by event ids, since the records may be ours.
 */
import { isRefoldError, RefoldError } from '../../errors.js'
import type { NewRecord } from '../../record/record.js'
import { advance, lengthOf } from '../../record/revision.js'
import type { Expected, Revision } from '../../record/revision.js'
import type { AgentLog, SealedBatch } from '../../log/agent-log.js'
import { notKnown } from '../../store/not-known.js'
import type { NewEvent } from '../../store/port.js'
import type { World } from '../../world/world.js'
import { backoffMs } from '../../world/backoff.js'
import { pause } from '../../world/pause.js'

export type CommitResult =
  | { readonly kind: 'stored'; readonly revision: Revision }
  /** `actual`: the revision that the store said instead of the expected one. */
  | { readonly kind: 'conflict'; readonly actual: Expected }
  /** Surely not stored. */
  | { readonly kind: 'rejected'; readonly error: RefoldError }
  | { readonly kind: 'too-large'; readonly error: RefoldError }
  /** It is not tried any more, for this `reason`. `error`: `STORE_UNKNOWN` where it may be stored, else the reason. */
  | { readonly kind: 'fatal'; readonly error: RefoldError; readonly reason: RefoldError }

export interface CommitOptions {
  readonly log: AgentLog
  readonly world: World
  readonly stream: string
  readonly expected: Expected
  /** Of the event at that revision; `undefined`: there is none, or the append was not decided on it. */
  readonly expectedId?: string | undefined
  /** Told at every unknown outcome, before the next try; `begun`: when the first one was, by the monotonic clock. */
  readonly onUnknown: (error: RefoldError, tries: number, begun: number) => void
  readonly isClosed: () => boolean
  /** No longer than that is it repeated for one who waits; then it is `fatal` with `STORE_UNKNOWN`. Default: until it is closed. */
  readonly repeatedForMs?: number
}

/** So long a caller waits for an append of which no one knows whether it is stored. */
export const ANSWER_WITHIN_MS = 15_000
const NOT_KNOWN = 'Look at what is there, or ask again: what has an id, or stands already, counts once.'
const RETRY = { delayMs: 20, factor: 2, maxDelayMs: 2_000, jitter: true }

export async function commit(
  records: readonly NewRecord[] | readonly NewEvent[],
  options: CommitOptions,
): Promise<CommitResult> {
  const { log, stream, expected, expectedId, world, repeatedForMs = Infinity } = options
  let events: SealedBatch | undefined
  const begun = world.clock.monotonicNow()
  let unknown: RefoldError | undefined
  for (let tries = 1; ; tries++) {
    try {
      events ??= await log.seal(stream, records)
      const result = await log.append(stream, events, { expected, expectedId })
      if (result.ok) return { kind: 'stored', revision: result.revision }
      if (unknown !== undefined && (await isOurs(events, { ...options, actual: result.actual })))
        return { kind: 'stored', revision: advance(expected, events.length) }
      return { kind: 'conflict', actual: result.actual }
    } catch (thrown) {
      const failure = classify(thrown)
      if (failure.kind === 'unknown') unknown ??= failure.error
      // Once a try was unknown, a later one that was surely not stored says nothing about the first.
      if (unknown === undefined) return failure as Exclude<Failure, { kind: 'unknown' }>
      const error = notKnown(stream, { cause: unknown, hint: NOT_KNOWN })
      if (failure.kind === 'fatal') return { ...failure, error }
      options.onUnknown(failure.error, tries, begun)
      if (options.isClosed())
        return { kind: 'fatal', error, reason: new RefoldError('CLOSED', 'the runtime is closed') }
      if (world.clock.monotonicNow() - begun >= repeatedForMs) return { kind: 'fatal', error, reason: error }
      await pause(backoffMs(tries, RETRY, world.random), world)
    }
  }
}

type Failure =
  | Exclude<CommitResult, { kind: 'stored' | 'conflict' }>
  | { readonly kind: 'unknown'; readonly error: RefoldError }

function classify(error: unknown): Failure {
  if (!isRefoldError(error))
    return {
      kind: 'unknown',
      error: new RefoldError('STORE_UNKNOWN', 'the store threw an error that it did not classify', { cause: error }),
    }
  switch (error.code) {
    case 'STORE_UNKNOWN':
    case 'TIMEOUT':
      return { kind: 'unknown', error }
    case 'STORE_REJECTED':
      return { kind: 'rejected', error }
    case 'TOO_LARGE':
      return { kind: 'too-large', error }
    default:
      return { kind: 'fatal', error, reason: error }
  }
}

/**
 * After an unknown outcome and a conflict: whether the records behind the expected revision are this very batch. Throws `STORE_UNKNOWN` while
 * less of them can be read than the store says is there.
 */
async function isOurs(
  events: SealedBatch,
  { log, stream, expected, actual }: CommitOptions & { readonly actual: Expected },
): Promise<boolean> {
  let index = 0
  for await (const page of log.read(stream, { from: advance(expected), limit: events.length })) {
    for (const stored of page) if (stored.id !== events[index++]?.id) return false
  }
  if (index < Math.min(events.length, lengthOf(actual) - lengthOf(expected)))
    throw new RefoldError('STORE_UNKNOWN', `what stands in the way in ${stream} cannot be read yet`)
  return index === events.length
}
