/** What a call of a model cost, as effects report it: `{ usage: { inputTokens, outputTokens, costUsd } }` beside an outcome. */
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'

/** Each member only where it was reported as a number. */
export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** US dollars. */
  readonly costUsd?: number
}

const MEMBERS = ['inputTokens', 'outputTokens', 'costUsd'] as const

/**
 * The usage that the record of an outcome tells: beside its payload (`data.usage`), or within the output or the error
 * (`data.output.usage`, `data.error.usage`). `undefined`: none.
 */
export function usageIn({ data }: { readonly data: unknown }): Usage | undefined {
  if (!isJsonObject(data as JsonValue)) return undefined
  const { usage, output, error } = data as { readonly [member: string]: JsonValue | undefined }
  return [usage, member(output), member(error)].map(readUsage).find((found) => found !== undefined)
}

function member(value: JsonValue | undefined): JsonValue | undefined {
  return value !== undefined && isJsonObject(value) ? value['usage'] : undefined
}

function readUsage(value: JsonValue | undefined): Usage | undefined {
  if (value === undefined || !isJsonObject(value)) return undefined
  const told = MEMBERS.flatMap((name) => {
    const number = value[name]
    return typeof number === 'number' && number >= 0 ? [[name, number] as const] : []
  })
  return told.length === 0 ? undefined : Object.fromEntries(told)
}
