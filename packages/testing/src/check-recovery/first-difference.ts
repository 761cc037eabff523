/** Where two values of JSON differ first. */

export interface FirstDifference {
  /** `context.notes.0`; empty: the values themselves. */
  readonly field: string
  readonly one: unknown
  readonly other: unknown
}

/** In the order of the first one's members; `undefined`: they are the same. */
export function firstDifference(one: unknown, other: unknown, field = ''): FirstDifference | undefined {
  if (JSON.stringify(one) === JSON.stringify(other)) return undefined
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other))
    return { field, one, other }
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = firstDifference(one[name], other[name], field === '' ? name : `${field}.${name}`)
    if (found !== undefined) return found
  }
  return { field, one, other } // only in the order of their members
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
