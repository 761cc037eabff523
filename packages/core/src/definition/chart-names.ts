/** What a chart calls its actions and guards. Inline functions have no name: a minifier would change the chart. */

const INLINE = '(inline)'

interface BuiltIn {
  readonly type?: string
  readonly guards?: readonly unknown[]
  readonly stateValue?: unknown
  readonly check?: unknown
  readonly resolve?: unknown
}

/** `'notify'` for itself and for `{ type: 'notify' }`; XState's own type for its actions. */
export function actionName(action: unknown): string {
  if (typeof action === 'string') return action
  const { type, resolve } = action as BuiltIn
  if (typeof action === 'function') return resolve === undefined ? INLINE : (type ?? INLINE)
  return type ?? INLINE
}

/** `'isRich'`, `not(isRich)`, `and(isRich, (inline))`, `stateIn("a.b")`. */
export function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { type, guards, stateValue, check } = guard as BuiltIn
  if (typeof guard !== 'function') return type ?? INLINE
  if (check === undefined) return INLINE
  if (guards !== undefined) return `${guard.name}(${guards.map(guardName).join(', ')})`
  return `${guard.name}(${JSON.stringify(stateValue)})`
}
