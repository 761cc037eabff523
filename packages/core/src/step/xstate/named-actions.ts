/** Which action of a chart threw: XState tells it of no action that it resolves by itself, such as `assign`. */

import { RefoldError } from '../../errors.js'
import { isPromised } from '../../world/is-promised.js'

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

/** The same actions, of which those that XState resolves note what they throw, and take no promise for an answer. */
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
  return Object.assign(() => undefined, action, asked(action), { resolve })
}

/** The same guards, of which none takes a promise for true. */
export function answeringGuards(guards: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isPlain = (guard: unknown): boolean => typeof guard === 'function' && !('check' in guard)
  return Object.fromEntries(
    Object.entries(guards).map(([name, guard]) => [name, isPlain(guard) ? answering(guard) : guard]),
  )
}

/** Functions that XState asks while it makes the transition, by the members that it keeps them in. */
function asked(action: object): object {
  const { resolve: _resolve, execute: _execute, retryResolve: _retry, src: _src, ...members } = action as AskedMembers
  const { assignment } = members
  const isOfMembers = typeof assignment === 'object' && assignment !== null
  return { ...atOnce(members), ...(isOfMembers ? { assignment: atOnce(assignment) } : undefined) }
}

interface AskedMembers {
  readonly [member: string]: unknown
  readonly assignment?: unknown
}

function atOnce(members: object): object {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, answering(member)]))
}

/** No one would wait for the promise, and what it rejects with would end the process. */
function answering(member: unknown): unknown {
  if (typeof member !== 'function') return member
  return (...args: readonly unknown[]): unknown => {
    const answer: unknown = Reflect.apply(member, undefined, args)
    if (isPromised(answer)) throw noAnswer('what a chart asked')
    return answer
  }
}

/** A promise came where an answer has to come at once. */
export function noAnswer(what: string): RefoldError {
  return new RefoldError('INVALID_DEFINITION', `${what} gave a promise where it has to answer at once`, {
    hint: 'Ask the outside world in an effect, and assign its outcome.',
  })
}
