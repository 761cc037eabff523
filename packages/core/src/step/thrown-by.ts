/** Which part of a chart threw, where that is known: XState names guards in its message, and actions with a name are watched. */
import { guardNamedIn } from './xstate/machine.js'
import { actionThatThrew } from './xstate/named-actions.js'

/** The action or the guard that threw this, or what stands inside of it. */
export function throwerOf(thrown: unknown): { readonly action?: string; readonly guard?: string } {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const action = actionThatThrew(error)
    if (action !== undefined) return { action }
    const guard = guardNamedIn(error)
    if (guard !== undefined) return { guard }
  }
  return {}
}
