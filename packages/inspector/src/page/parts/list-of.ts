/** What is too large stands in an answer as a `Cut`, also where a list is meant. */

/** The list; of a cut one nothing. */
export function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : []
}
