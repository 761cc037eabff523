/**
 * What an operation is about to change, and the operations that take it back. Looks at the document before; writes nothing.
 *
 * Invariant: applying a patch, then what this gave for each of its operations, the last one first, gives the document's
 * text as it was, order of keys included.
 */
import { isContainer, isJsonArray, type JsonContainer, type JsonObject, type JsonValue } from './json-value.js'
import type { PatchOperation } from './json-value.js'
import { memberOf } from './patch.js'
import { arrayIndex, escapeToken, parsePointer } from './pointer.js'

/** From here on a whole number is a key like any other. */
const LAST_INDEX = 2 ** 32 - 1

/**
 * Takes one operation back. `last`: the member at this path, as it stands then, is to stand last in its object; it cannot be
 * kept here, since it may be written to meanwhile.
 */
export type UndoStep = PatchOperation | { readonly last: string }

/** One operation, with its place resolved: `-` is an index here. */
export interface Change {
  readonly operation: PatchOperation
  readonly keys: readonly string[]
  /** The place is in an array: `add`, `copy` and `remove` move what stands behind it. */
  readonly inArray: boolean
  /** Items of that array, before it. */
  readonly items?: number
  readonly undo: readonly UndoStep[]
}

/** `member` gives a member of the document as it stands before the operation. An operation that does not fit has no undo. */
export function changeOf(
  operation: PatchOperation,
  member: (name: string) => JsonValue | undefined,
): Change | undefined {
  const keys = parsePointer(operation.path)
  const [first, ...rest] = keys
  if (first === undefined) return undefined
  const key = keys[keys.length - 1] as string
  if (rest.length === 0) return wholeMember(operation, { keys, old: member(first) })
  let container = member(first)
  for (let at = 1; at < keys.length - 1; at++) container = childOf(container, keys[at] as string)
  if (!isContainer(container)) return undefined
  if (isJsonArray(container)) return inArray(operation, { keys, container, key })
  return { operation, keys, inArray: false, undo: undoInObject(operation, { container, key }) }
}

function wholeMember(
  operation: PatchOperation,
  { keys, old }: { readonly keys: readonly string[]; readonly old: JsonValue | undefined },
): Change {
  const { path } = operation
  const undo: PatchOperation =
    old === undefined ? { op: 'remove', path } : { op: operation.op === 'remove' ? 'add' : 'replace', path, value: old }
  return { operation, keys, inArray: false, undo: [undo] }
}

function inArray(
  operation: PatchOperation,
  {
    keys,
    container,
    key,
  }: { readonly keys: readonly string[]; readonly container: JsonContainer; readonly key: string },
): Change | undefined {
  const items = container as readonly JsonValue[]
  const index = key === '-' ? items.length : arrayIndex(key)
  if (index < 0) return undefined
  const resolved = key === '-' ? [...keys.slice(0, -1), String(index)] : keys
  const path = key === '-' ? `${operation.path.slice(0, -1)}${index}` : operation.path
  const old = items[index]
  const undo: PatchOperation[] = []
  if (operation.op === 'add' || operation.op === 'copy') undo.push({ op: 'remove', path })
  else if (old === undefined) return undefined
  else undo.push({ op: operation.op === 'remove' ? 'add' : 'replace', path, value: old })
  return { operation, keys: resolved, inArray: true, items: items.length, undo }
}

function undoInObject(
  { op, path }: PatchOperation,
  { container, key }: { readonly container: JsonObject; readonly key: string },
): readonly UndoStep[] {
  if (!Object.hasOwn(container, key)) return [{ op: 'remove', path }]
  const old = container[key] as JsonValue
  if (op !== 'remove') return [{ op: 'replace', path, value: old }]
  return [{ op: 'add', path, value: old }, ...moveBehind({ container, key, path })]
}

/** A member that comes back stands last: those that stood behind it are put behind it again. */
function moveBehind(place: {
  readonly container: JsonObject
  readonly key: string
  readonly path: string
}): readonly UndoStep[] {
  const { container, key, path } = place
  const index = arrayIndex(key)
  if (index >= 0 && index < LAST_INDEX) return [] // whole numbers stand in their own order in every JavaScript object
  const keys = Object.keys(container)
  const parent = path.slice(0, path.lastIndexOf('/'))
  return keys.slice(keys.indexOf(key) + 1).map((behind) => ({ last: `${parent}/${escapeToken(behind)}` }))
}

/** A document that takes patches. */
interface Patchable {
  apply(operations: readonly PatchOperation[]): void
  view(member: string): JsonValue | undefined
}

/** Takes changes back. `steps` are those of the last change first. */
export function undo(document: Patchable, steps: readonly UndoStep[]): void {
  for (const step of steps) {
    if ('op' in step) document.apply([step])
    else {
      const path = step.last
      const [name = '', ...keys] = parsePointer(path)
      let value = document.view(name)
      for (const key of keys) value = childOf(value, key)
      if (value === undefined) continue
      document.apply([
        { op: 'remove', path },
        { op: 'add', path, value },
      ])
    }
  }
}

/** What stands in a container under a key. */
export function childOf(container: JsonValue | undefined, key: string): JsonValue | undefined {
  return isContainer(container) ? memberOf(container, key) : undefined
}
