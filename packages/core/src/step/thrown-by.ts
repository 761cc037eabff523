/** Which part of a chart threw, where that is known: XState names guards in its message, actions only to who performs them. */
import { guardNamedIn } from './xstate/machine.js'

const actions = new WeakMap<object, string>()

/** Remembers the action of what it threw. */
export function noteThrower(thrown: unknown, action: string): void {
  if (typeof thrown === 'object' && thrown !== null && !actions.has(thrown)) actions.set(thrown, action)
}

/** The action or the guard that threw this, or what stands inside of it. */
export function throwerOf(thrown: unknown): { readonly action?: string; readonly guard?: string } {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const action = actions.get(error)
    if (action !== undefined) return { action }
    const guard = guardNamedIn(error)
    if (guard !== undefined) return { guard }
  }
  return {}
}
