/** What an effect used: tokens and money, as its body says it. It stands in records beside an outcome, and never in a state. */
import { RefoldError } from '../errors.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'

/** What one or several calls used. Each member only where it is known. */
export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** US dollars. */
  readonly costUsd?: number
}

/** As a body tells it: what a provider did not say may stand as `undefined`. */
export type UsageTold = { readonly [K in keyof Usage]: Usage[K] | undefined }

const MEMBERS = ['inputTokens', 'outputTokens', 'costUsd'] as const
/** What the AI SDK tells beside two of them, in its releases so far: parts of them, and their sum. */
const BESIDE: ReadonlySet<string> = new Set([
  'totalTokens',
  'inputTokenDetails',
  'outputTokenDetails',
  'cachedInputTokens',
  'reasoningTokens',
  'raw',
])

/** Sums of dollars are kept to the billionth: adding up in binary would tell more digits than there are. */
const BILLION = 1e9

export function wholeBillionths(dollars: number): number {
  return Math.round(dollars * BILLION) / BILLION
}

/** Both together. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = { ...one }
  for (const member of MEMBERS) {
    const more = other[member]
    if (more === undefined) continue
    const total = (one[member] ?? 0) + more
    sum[member] = member === 'costUsd' ? wholeBillionths(total) : total
  }
  return sum
}

/**
 * What a body told, checked; members that are `undefined` are left out. Throws `OUTCOME_UNSTORABLE`, after which no attempt
 * follows: what was used was paid for, and an attempt more would pay again.
 */
export function usageOf(given: unknown): Usage {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong('it must be an object')
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {}
  for (const [key, value] of Object.entries(given)) {
    const member = MEMBERS.find((one) => one === key)
    if (value === undefined || BESIDE.has(key)) continue
    if (member === undefined) throw wrong(`${JSON.stringify(key)} is not known`)
    const isRight = member === 'costUsd' ? Number.isFinite(value) : Number.isSafeInteger(value)
    if (!isRight || value < 0)
      throw wrong(`${member} must be a ${member === 'costUsd' ? 'number' : 'whole number'} of at least 0`)
    usage[member] = value
  }
  return usage
}

/** The usage in the payload of a record; `undefined`: it tells none. */
export function usageIn(data: unknown): Usage | undefined {
  const usage = isJsonObject(data as JsonValue | undefined) ? (data as JsonObject)['usage'] : undefined
  if (usage === undefined) return undefined
  try {
    return usageOf(usage)
  } catch {
    return undefined // a damaged record may have anything there
  }
}

function wrong(problem: string): RefoldError {
  return new RefoldError('OUTCOME_UNSTORABLE', `the usage that the effect told cannot be stored: ${problem}`, {
    hint: `Tell some of { ${MEMBERS.join(', ')} }: tokens are whole numbers, and what is not known is left out.`,
  })
}
