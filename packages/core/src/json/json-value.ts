/** What can be stored. Type level only: the check at run time is `toJson`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
/** A JSON object. Stored ones have no key `__proto__`, `constructor` or `prototype`. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}
/** A value with members. */
export type JsonContainer = readonly JsonValue[] | JsonObject
/** One operation of RFC 6902, of which Refold uses four. */
export type PatchOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'replace'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'copy'; readonly from: string; readonly path: string }

/**
 * An operation on a state document that a caller asks for: any of RFC 6902. `test` refuses the whole patch where another value stands,
 * as with agents that wait in another state.
 */
export type StateOperation =
  | PatchOperation
  | { readonly op: 'move'; readonly from: string; readonly path: string }
  | { readonly op: 'test'; readonly path: string; readonly value: JsonValue }

/** Whether a JSON value is an array. `Array.isArray` alone does not narrow readonly arrays. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Whether a JSON value is an object, not an array and not `null`. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a JSON value has members. */
export function isContainer(value: JsonValue | undefined): value is JsonContainer {
  return typeof value === 'object' && value !== null
}
