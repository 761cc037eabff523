/** Paths such as `/api/agents/:agent/points/:at`, and which of them a request means. */
import type { Params } from '../answers/params.js'
import { refused } from './refusals.js'

export interface Routed<T> {
  readonly route: T
  readonly params: Params
}

const MOST_PARAMS = 64

/** All routes whose path it is, since a path may be asked by several methods. Throws what the request is refused with. */
export function routed<T extends { readonly path: string }>(
  routes: readonly T[],
  path: string,
  query: string,
): readonly Routed<T>[] {
  const parts = path.split('/')
  return routes
    .filter((route) => matches(route.path.split('/'), parts))
    .map((route) => ({ route, params: { ...queryIn(query), ...partsIn(route.path.split('/'), parts) } }))
}

function matches(names: readonly string[], parts: readonly string[]): boolean {
  return (
    names.length === parts.length &&
    names.every((name, at) => (name.startsWith(':') ? parts[at] !== '' : name === parts[at]))
  )
}

/** Decoded one by one: a `/` that is written as `%2F` belongs to a name. */
function partsIn(names: readonly string[], parts: readonly string[]): Params {
  const named = names.flatMap((name, at) =>
    name.startsWith(':') ? [[name.slice(1), decoded(parts[at] ?? '')] as const] : [],
  )
  return Object.fromEntries(named)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refused(400, 'INVALID_INPUT', 'the path is not encoded as a path is')
  }
}

/** What is given twice counts once, the first. */
function queryIn(query: string): Params {
  const params: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of [...new URLSearchParams(query)].slice(0, MOST_PARAMS)) params[name] ??= value
  return params
}
