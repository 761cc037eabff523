/** Options that make no sense are the mistake of the caller, and told before anything is done. */
import { RefoldError } from './errors.js'
import { suggestName } from './world/nearest-name.js'

interface Refusal {
  readonly path: string
  readonly problem: string
  readonly hint?: string
}

/** Throws `INVALID_INPUT` with the path unless the condition holds. */
export function requireOption(condition: boolean, refusal: Refusal): asserts condition {
  if (condition) return
  const { path, problem, hint } = refusal
  throw new RefoldError('INVALID_INPUT', `${path}: ${problem}`, {
    facts: { path },
    ...(hint === undefined ? undefined : { hint }),
  })
}

/**
 * Refuses options that are no object, and members that no one reads: a mistyped one would be ignored in silence. `path`: where they
 * stand, empty for the options themselves. Throws `INVALID_INPUT` with the path, and the name that is near.
 */
export function checkMembers(
  value: unknown,
  { path, known }: { readonly path: string; readonly known: readonly string[] },
): asserts value is Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  requireOption(isObject, { path: path === '' ? 'options' : path, problem: 'must be an object' })
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || known.includes(key)) continue // to look for the name that was meant takes long
    const keyPath = path === '' ? key : `${path}.${key}`
    requireOption(false, { path: keyPath, problem: 'is not known', hint: suggestName(key, known) })
  }
}
