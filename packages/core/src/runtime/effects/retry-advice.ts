/**
 * What a thrown value says of another attempt: that it is of no use (`isRetryable: false`, or the HTTP answer that it carries), and
 * when it may come at the earliest (`retryAfter`, a `Retry-After` header, the end of a rate limit). The errors of HTTP clients and of model providers carry
 * it in a few known places.
 */
import { answerIn, headerOf, headersIn } from './http-answer.js'
import type { Members } from './http-answer.js'

/** How many errors inside of errors are looked at. */
const MAX_DEPTH = 4
/** A server's word counts for no more than this. */
const MAX_WAIT_MS = 86_400_000
/** Time-out, conflict with what goes on, too early, too many: another attempt may be answered otherwise. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429])

export interface RetryAdvice {
  /** `undefined`: it does not say. */
  readonly isRetryable?: boolean
  /** That it is not retryable follows from its HTTP status alone: a policy may know better. */
  readonly isByStatus?: true
  /** Not before so long. */
  readonly waitMs?: number
}

/** The outermost error that says something counts. `now`: epoch milliseconds. Never fails. */
export function retryAdviceOf(thrown: unknown, now: number): RetryAdvice {
  let [word, waitMs]: [Word | undefined, number | undefined] = [undefined, undefined]
  let error = thrown
  for (let depth = 0; depth < MAX_DEPTH && typeof error === 'object' && error !== null; depth++) {
    const member = membersOf(error)
    const own = waitOf(member, now) ?? untilReset(member, now)
    word ??= wordOf(member, own !== undefined)
    waitMs ??= own
    error = member('lastError') ?? member('cause')
  }
  return { ...word, ...(waitMs === undefined ? undefined : { waitMs }) }
}

type Word = Pick<RetryAdvice, 'isRetryable' | 'isByStatus'>

/** An answer that names a time asks for another attempt, whatever its status: so do those of GitHub with 403. */
function wordOf(member: Members, namesTime: boolean): Word | undefined {
  const said = member('isRetryable')
  const answer = answerIn(member, membersOf)
  const server = answer?.header('x-should-retry')
  if (said === false || server === 'false') return { isRetryable: false }
  if (said === true || server === 'true') return { isRetryable: true }
  if (answer === undefined || answer.status < 400) return undefined
  return isRefusal(answer.status) && !namesTime ? { isRetryable: false, isByStatus: true } : { isRetryable: true }
}

/** The same request would be answered the same. */
function isRefusal(status: number): boolean {
  return status < 500 && !PASSING.has(status)
}

/** An accessor that throws says nothing. */
function membersOf(value: unknown): Members {
  return (name) => {
    try {
      return typeof value === 'object' && value !== null
        ? (value as { readonly [name: string]: unknown })[name]
        : undefined
    } catch {
      return undefined
    }
  }
}

function waitOf(member: Members, now: number): number | undefined {
  const own = untilMs(member('retryAfter'), now)
  if (own !== undefined) return own
  for (const headers of headersIn(member, membersOf)) {
    const waitMs = milliseconds(headerOf(headers, 'retry-after-ms')) ?? untilMs(headerOf(headers, 'retry-after'), now)
    if (waitMs !== undefined) return waitMs
  }
  return undefined
}

/** Whose requests of this hour are used up, as GitHub says it: with 403, and no `Retry-After`. */
function untilReset(member: Members, now: number): number | undefined {
  const { status, header } = answerIn(member, membersOf) ?? {}
  if ((status !== 403 && status !== 429) || header?.('x-ratelimit-remaining') !== '0') return undefined
  return bounded(Number(header('x-ratelimit-reset')) * 1000 - now)
}

/** From seconds, a date as HTTP writes it, or a `Date`. */
function untilMs(after: unknown, now: number): number | undefined {
  if (after instanceof Date) return bounded(after.getTime() - now)
  const ms = milliseconds(after)
  if (ms !== undefined) return bounded(ms * 1000)
  return typeof after === 'string' ? bounded(Date.parse(after) - now) : undefined
}

function milliseconds(value: unknown): number | undefined {
  if (typeof value === 'number') return bounded(value)
  return typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? bounded(Number(value)) : undefined
}

function bounded(ms: number): number | undefined {
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), MAX_WAIT_MS) : undefined
}
