/** Which action of a chart threw: XState tells it of no action that it resolves by itself, such as `assign`. */

/** The names of the actions that threw, by what they threw. */
const throwers = new WeakMap<object, string>()

/** Remembers the action of what it threw; the innermost stays. */
export function noteThrower(thrown: unknown, action: string): void {
  if (typeof thrown === 'object' && thrown !== null && !throwers.has(thrown)) throwers.set(thrown, action)
}

/** The action that threw this; `undefined`: none, or not known. */
export function actionThatThrew(thrown: object): string | undefined {
  return throwers.get(thrown)
}

interface BuiltIn {
  readonly resolve: (...args: readonly unknown[]) => unknown
}

/** The same actions, of which those that XState resolves note what they throw. */
export function notingActions(actions: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [name, isBuiltIn(action) ? noting(name, action) : action]),
  )
}

/** XState takes a function with this member for an action of its own. */
function isBuiltIn(action: unknown): action is BuiltIn {
  return typeof action === 'function' && 'resolve' in action && typeof action.resolve === 'function'
}

function noting(name: string, action: BuiltIn): unknown {
  const resolve: BuiltIn['resolve'] = (...args) => {
    try {
      return action.resolve(...args)
    } catch (error) {
      noteThrower(error, name)
      throw error
    }
  }
  return Object.assign(() => undefined, action, { resolve })
}
