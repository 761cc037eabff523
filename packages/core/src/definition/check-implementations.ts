/** Whether what a chart names is there: actions, guards, delays, actor logic. XState would find out when it is too late. */
import { RefoldError } from '../errors.js'
import { ownMember } from '../json/own-member.js'
import { isAsyncFunction } from '../world/is-promised.js'
import { requireValid } from './refusal.js'
import { messagePlanOf } from './send-to-agent.js'

export interface Implementations {
  readonly actions: Readonly<Record<string, unknown>>
  readonly guards: Readonly<Record<string, unknown>>
  readonly delays: Readonly<Record<string, unknown>>
  readonly actors: Readonly<Record<string, unknown>>
}

interface BuiltInAction {
  readonly type?: string
  readonly resolve?: unknown
  readonly src?: unknown
  readonly delay?: unknown
}

/** Built-in actions too: what they spawn, and how long they wait. What `enqueueActions` does is known only when it runs. */
export function checkAction(action: unknown, path: string, { actions, actors, delays }: Implementations): void {
  const name = nameOf(action)
  if (name !== undefined) {
    requireAtOnce((action as { readonly params?: unknown }).params, path)
    return requireNamed('actions', { name, path, known: actions })
  }
  requireExpressionsAtOnce(action as object, path)
  const { type, src, delay, resolve } = action as BuiltInAction
  if (resolve === undefined) return
  if (type === 'xstate.spawnChild' && typeof src === 'string')
    requireNamed('actors', { name: src, path, known: actors })
  if (type === 'xstate.spawnChild' && typeof src === 'object') requireRestorable(src, path, actors)
  if (type === 'xstate.raise' || type === 'xstate.sendTo') checkDelay(delay, path, delays)
}

/** With all guards inside of `and`, `or` and `not`. */
export function checkGuard(guard: unknown, path: string, implementations: Implementations): void {
  const name = nameOf(guard)
  if (name !== undefined) {
    requireAtOnce((guard as { readonly params?: unknown }).params, path)
    requireNamed('guards', { name, path, known: implementations.guards })
    return requireAtOnce(implementations.guards[name], `setup.guards.${name}`)
  }
  requireAtOnce(guard, path)
  const { guards } = guard as { readonly guards?: readonly unknown[] }
  for (const [index, inner] of (guards ?? []).entries()) checkGuard(inner, `${path}[${index}]`, implementations)
}

/** A name, or milliseconds; functions are asked when the time comes. */
export function checkDelay(delay: unknown, path: string, delays: Implementations['delays']): void {
  if (typeof delay === 'string') {
    requireNamed('delays', { name: delay, path, known: delays })
    return checkDelay(delays[delay], `setup.delays.${delay}`, {})
  }
  requireAtOnce(delay, path)
  if (typeof delay !== 'number') return
  const hint = 'Give a finite number of milliseconds, zero or more.'
  requireValid(Number.isFinite(delay) && delay >= 0, { path, problem: `${delay} is no delay`, hint })
}

/** What XState asks while it makes the transition: events, ids, targets, what `assign` and `enqueueActions` were given. */
function requireExpressionsAtOnce(action: object, path: string): void {
  const { assignment, ...members } = (messagePlanOf(action) ?? action) as { readonly assignment?: unknown }
  for (const asked of [...Object.values(members), assignment]) requireAtOnce(asked, path)
  if (typeof assignment !== 'object' || assignment === null) return
  for (const [key, asked] of Object.entries(assignment)) requireAtOnce(asked, `${path}.${key}`)
}

/** A promise is always true, no number and no event, and no one hears what it rejects with. */
export function requireAtOnce(asked: unknown, path: string): void {
  const hint = 'Ask the outside world in an effect, and decide by its outcome.'
  requireValid(!isAsyncFunction(asked), { path, problem: 'is async, and has to answer at once', hint })
}

function nameOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference
  if (typeof reference !== 'object' || reference === null) return undefined
  const { type } = reference as { readonly type?: unknown }
  return typeof type === 'string' ? type : undefined
}

/** Logic in place of a name is found again only if it has one. What `assign` spawns is known only when it runs. */
function requireRestorable(src: unknown, path: string, actors: Implementations['actors']): void {
  if (Object.values(actors).includes(src)) return
  throw new RefoldError('NOT_RESTORABLE', `${path}: spawns logic that has no name`, {
    hint: 'Give the logic a name in `setup({ actors })` and spawn it by that name.',
    facts: { path },
  })
}

interface Named {
  readonly name: string
  readonly path: string
  readonly known: Readonly<Record<string, unknown>>
}

function requireNamed(kind: keyof Implementations, { name, path, known }: Named): void {
  requireValid(ownMember(known, name) !== undefined, {
    path,
    problem: `"${name}" is not implemented`,
    hint: `Add it to setup({ ${kind}: { … } }), or provide it.`,
  })
}
