/** The `approvals` of a definition: what a person approves by an event. */
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { checkKeys } from './check-config.js'
import { requireAtOnce } from './check-implementations.js'
import { suggestName } from '../world/nearest-name.js'
import { requireValid } from './refusal.js'

/** What is put before the person who is to approve, made of the context and of which question it is. */
export type PayloadOf = (asked: { readonly context: JsonValue; readonly about: JsonObject }) => unknown

/** By event type. Throws `INVALID_DEFINITION`. */
export function readApprovals(
  approvals: unknown,
  { isOutsideEvent, taken }: { readonly isOutsideEvent: (type: string) => boolean; readonly taken: readonly string[] },
): ReadonlyMap<string, PayloadOf> {
  if (approvals === undefined) return new Map()
  const types = taken.filter((type) => isOutsideEvent(type))
  const open = types.some((type) => type.includes('*'))
  checkKeys(approvals, { path: 'approvals', known: Object.keys(approvals ?? {}) })
  const read = new Map<string, PayloadOf>()
  for (const [type, payloadOf] of Object.entries(approvals)) {
    if (payloadOf === undefined) continue
    const path = `approvals.${type}`
    requireValid(isOutsideEvent(type) && !type.includes('*') && (open || types.includes(type)), {
      path,
      problem: 'is no event that may come from outside',
      hint: suggestName(type, types),
    })
    requireValid(typeof payloadOf === 'function', {
      path,
      problem: 'must be a function that gives what is approved',
      hint: `${type}: ({ context }) => context.draft`,
    })
    requireAtOnce(payloadOf, path)
    read.set(type, payloadOf as PayloadOf)
  }
  return read
}
