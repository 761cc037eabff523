/** Parts of a record. A damaged one may have anything there. */
import type { HistoryRecord } from '@refold/core/history'
import type { JsonObject, JsonValue } from '@refold/core/record'

/** Its payload; without members where it has none. */
export function dataIn({ data }: Pick<HistoryRecord, 'data'>): JsonObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as JsonObject) : {}
}

/** A member of an object, as a text. */
export function memberText(value: JsonValue | undefined, member: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const found = (value as JsonObject)[member]
  return typeof found === 'string' ? found : undefined
}
