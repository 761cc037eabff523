/** What every reader of patches does alike: writing to an array, and refusing an operation that does not fit. */
import { RefoldError } from '../errors.js'
import type { PatchOperation } from './json-value.js'
import { arrayIndex } from './pointer.js'

interface ItemWrite<T> {
  readonly op: PatchOperation['op']
  /** `undefined` for a removal. */
  readonly value: T | undefined
}

/** Adds, replaces or removes an item, as RFC 6902 has it. `false`: the key is no index of the array, and nothing was done. */
export function writeItem<T>(target: T[], key: string, { op, value }: ItemWrite<T>): boolean {
  const inserts = op === 'add' || op === 'copy'
  if (inserts && key === '-') {
    target.push(value as T)
    return true
  }
  const at = arrayIndex(key)
  if (at < 0 || at > target.length || (!inserts && at === target.length)) return false
  if (op === 'replace') target[at] = value as T
  else if (inserts) insertItem(target, at, value as T)
  else removeItem(target, at)
  return true
}

/** At the ends without the arrays that `splice` makes. */
function insertItem<T>(target: T[], at: number, value: T): void {
  if (at === target.length) target.push(value)
  else if (at === 0) target.unshift(value)
  else target.splice(at, 0, value)
}

function removeItem<T>(target: T[], at: number): void {
  if (at === target.length - 1) target.pop()
  else if (at === 0) target.shift()
  else target.splice(at, 1)
}

/** `UNREADABLE`: the operation does not fit the document before it. */
export function doesNotFit({ op, path }: { readonly op: string; readonly path: string }, why: string): RefoldError {
  return new RefoldError('UNREADABLE', `The operation ${op} ${path} does not fit: ${why}.`, {
    hint: 'The record or the state before it is damaged: restore the stream, or fold it from its first record.',
    facts: { path },
  })
}

/** Why a key of an array was refused. */
export function noIndex(key: string): string {
  return `"${key}" is no index of the array there`
}
