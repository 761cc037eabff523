/** What counts as plain data: the questions that the check of a live value and the explanation of its refusal share. */

/** Deeper values are refused: they overflow the stack of their readers, and cycles end here. */
export const MAX_DEPTH = 200

/**
 * How a live object's shape relates to JSON:
 * `exact`: it can be shared; `inexact`: it must be copied, as it is of another realm, has no prototype or hides members
 * that JSON does not carry; `refused`: an instance of a class, or a member under a symbol.
 */
export type Plainness = 'exact' | 'inexact' | 'refused'

/** Judges an object that is no array by its prototype and its hidden members. `keys` are its enumerable ones. */
export function plainnessOf(value: object, keys: readonly string[]): Plainness {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && !isForeignRoot(prototype as object)) return 'refused'
  const symbols = Object.getOwnPropertySymbols(value)
  for (const symbol of symbols) if (Object.prototype.propertyIsEnumerable.call(value, symbol)) return 'refused'
  const hides = symbols.length > 0 || Object.getOwnPropertyNames(value).length !== keys.length
  return prototype === Object.prototype && !hides ? 'exact' : 'inexact'
}

/**
 * The same for an array. Named members of arrays are not looked for (it would cost a string per item), except those of
 * the matches that regular expressions give.
 */
export function arrayPlainnessOf(value: readonly unknown[]): Plainness {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return Object.hasOwn(value, 'index') ? 'inexact' : 'exact'
  return Array.isArray(prototype) ? 'inexact' : 'refused'
}

/** `Object.prototype` of another realm (a frame, a `vm` context): it inherits from nothing and is no one's instance. */
function isForeignRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}
