/**
 * What a thrown value says of another attempt: that it is of no use (`isRetryable: false`), and when it may come at the earliest
 * (`retryAfter`, a `Retry-After` header). The errors of HTTP clients and of model providers carry it in a few known places.
 */

/** How many errors inside of errors are looked at. */
const MAX_DEPTH = 4
/** A server's word counts for no more than this. */
const MAX_WAIT_MS = 86_400_000

export interface RetryAdvice {
  /** `undefined`: it does not say. */
  readonly isRetryable?: boolean
  /** Not before so long. */
  readonly waitMs?: number
}

/** The outermost error that says something counts. `now`: epoch milliseconds. Never fails. */
export function retryAdviceOf(thrown: unknown, now: number): RetryAdvice {
  let [isRetryable, waitMs]: [boolean | undefined, number | undefined] = [undefined, undefined]
  let error = thrown
  for (let depth = 0; depth < MAX_DEPTH && typeof error === 'object' && error !== null; depth++) {
    const member = membersOf(error)
    const said = member('isRetryable')
    if (typeof said === 'boolean') isRetryable ??= said
    waitMs ??= waitOf(member, now)
    error = member('lastError') ?? member('cause')
  }
  return {
    ...(isRetryable === undefined ? undefined : { isRetryable }),
    ...(waitMs === undefined ? undefined : { waitMs }),
  }
}

type Members = (name: string) => unknown

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
  const response = membersOf(member('response'))
  for (const headers of [member('responseHeaders'), member('headers'), response('headers')]) {
    const waitMs = milliseconds(headerIn(headers, 'retry-after-ms')) ?? untilMs(headerIn(headers, 'retry-after'), now)
    if (waitMs !== undefined) return waitMs
  }
  return undefined
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

/** Of a `Headers`, or of a plain object in any case of letters. */
function headerIn(headers: unknown, name: string): unknown {
  try {
    if (typeof headers !== 'object' || headers === null) return undefined
    if ('get' in headers && typeof headers.get === 'function') return (headers as Headers).get(name)
    const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
    return Array.isArray(value) ? (value as readonly unknown[])[0] : value
  } catch {
    return undefined
  }
}
