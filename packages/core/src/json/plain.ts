/** What counts as plain data: the question that the check of a live value and the explanation of its refusal share. */

/** Deeper values are refused: they overflow the stack of their readers, and cycles end here. */
export const MAX_DEPTH = 200

/**
 * Whether an object is an object or an array of JSON by its kind: of this realm, of another, or without a prototype; no
 * instance of a class, and without members under symbols that an iteration would show.
 */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (Array.isArray(value)) return Array.isArray(prototype)
  if (prototype !== Object.prototype && prototype !== null && !isForeignRoot(prototype as object)) return false
  const symbols = Object.getOwnPropertySymbols(value)
  return symbols.every((symbol) => !Object.prototype.propertyIsEnumerable.call(value, symbol))
}

/** `Object.prototype` of another realm (a frame, a `vm` context): it inherits from nothing and is no one's instance. */
function isForeignRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}
