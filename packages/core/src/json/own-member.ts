/** A member of a plain object under a name that someone else chose: every object inherits some, as `toString`. */
export function ownMember<V>(of: { readonly [name: string]: V }, name: string): V | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined
}
