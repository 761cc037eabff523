/** Which states of the root machine are active: read from its document, without the machine. */
import type { JsonValue } from '../json/json-value.js'
import type { ActorDocument } from './state-document.js'

/**
 * Paths of the active leaf states, in the order of the state's value; needs no machine. A `.` or `\` in a state's name is
 * preceded by `\`, as in XState's targets. None for a machine without states.
 */
export function activeStates(root: Pick<ActorDocument, 'value'>): readonly string[] {
  return leavesOf(root.value ?? {}, '')
}

function leavesOf(value: JsonValue, path: string): string[] {
  if (typeof value === 'string') return [join(path, value)]
  const entries = Object.entries(value as { [key: string]: JsonValue })
  if (entries.length === 0) return path === '' ? [] : [path]
  return entries.flatMap(([key, below]) => leavesOf(below, join(path, key)))
}

function join(path: string, key: string): string {
  const name = /[.\\]/.test(key) ? key.replaceAll(/[.\\]/g, '\\$&') : key
  return path === '' ? name : `${path}.${name}`
}
