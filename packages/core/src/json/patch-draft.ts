/** A patch while it is written, and the one way in which a value gets into it: with what stands elsewhere as copies. */
import { isLongerThan } from './json-size.js'
import { isJsonArray, type JsonContainer, type JsonObject, type JsonValue, type PatchOperation } from './json-value.js'
import { isFindable, type PayloadIndex } from './payload-index.js'
import type { Places } from './places.js'
import { escapeToken } from './pointer.js'

export interface PatchDraft {
  ops: PatchOperation[]
  readonly payload: PayloadIndex
  readonly places: Places
  /** Originals of what was made a copy for its second place: where they stand, they are copied from. */
  readonly copies: ReadonlyMap<JsonValue, JsonValue>
  /** Writes the operations that turn one array into the other. Given here, as it writes values itself. */
  readonly editItems: (
    draft: PatchDraft,
    before: readonly JsonValue[],
    after: readonly JsonValue[],
    path: string,
  ) => void
}

/** `add` to an object or array, `replace` a member of an object, or an item of an array (where a `copy` would insert). */
export type Placement = 'add' | 'replace' | 'replace-item'

/** Characters of a `copy` operation beside its two pointers. */
const COPY_OVERHEAD = 32

/** Stands for what is copied by a later operation. */
const COPIED_LATER = Symbol('copied later')

/** Writes one value. `standsAt` is where it will stand when `path` says `-`. */
export function put(draft: PatchDraft, placement: Placement, value: JsonValue, path: string, standsAt = path): void {
  const op = placement === 'add' ? 'add' : 'replace'
  if (!isFindable(value)) {
    draft.ops.push({ op, path, value })
    return
  }
  const late: PatchOperation[] = []
  const lean = lift(draft, value, { path: standsAt, copyPath: path, overhead: 0, late })
  if (lean !== COPIED_LATER) draft.ops.push({ op, path, value: lean })
  else if (placement === 'replace-item') draft.ops.push({ op: 'remove', path })
  for (const operation of late) draft.ops.push(operation)
}

interface Lift {
  /** Where the value will stand. */
  readonly path: string
  /** The path of the operation that copies it. */
  readonly copyPath: string
  /** Characters that a copy costs beside its source: none when it takes the place of the value's own operation. */
  readonly overhead: number
  readonly late: PatchOperation[]
}

/** The value without what stands elsewhere, for which `late` gets copies. Arrays leave copied items out: a copy inserts. */
function lift(draft: PatchDraft, value: JsonValue, to: Lift): JsonValue | typeof COPIED_LATER {
  if (!isFindable(value)) return value
  const from = draft.payload.find(value) ?? draft.places.find(value) ?? placeOfOriginal(draft, value)
  if (from !== undefined && isLongerThan(value, from.length + to.overhead)) {
    to.late.push({ op: 'copy', from, path: to.copyPath })
    return COPIED_LATER
  }
  if (typeof value === 'string') return value
  if (!isJsonArray(value)) return liftMembers(draft, value, to)
  return copyOfBase(draft, value, to) ? COPIED_LATER : liftItems(draft, value, to)
}

function placeOfOriginal(draft: PatchDraft, value: JsonContainer | string): string | undefined {
  const original = draft.copies.get(value)
  return isFindable(original) ? (draft.payload.find(original) ?? draft.places.find(original)) : undefined
}

function copyOfBase(draft: PatchDraft, value: readonly JsonValue[], to: Lift): boolean {
  const base = draft.places.findBase(value)
  if (base === undefined) return false
  to.late.push({ op: 'copy', from: base.path, path: to.copyPath })
  const { ops } = draft
  draft.ops = to.late
  draft.editItems(draft, base.value, value, to.path)
  draft.ops = ops
  return true
}

function liftItems(draft: PatchDraft, value: readonly JsonValue[], to: Lift): JsonValue {
  const items: JsonValue[] = []
  let changed = false
  for (let at = 0; at < value.length; at++) {
    const item = value[at] as JsonValue
    const lean = isFindable(item) ? lift(draft, item, inside(to, String(at))) : item
    if (lean !== item) changed = true
    if (lean !== COPIED_LATER) items.push(lean)
  }
  return changed ? items : value
}

function liftMembers(draft: PatchDraft, value: JsonObject, to: Lift): JsonValue {
  let members: Record<string, JsonValue> | undefined
  for (const key of Object.keys(value)) {
    const member = value[key] as JsonValue
    if (!isFindable(member)) continue
    const lean = lift(draft, member, inside(to, escapeToken(key)))
    if (lean !== member) (members ??= { ...value })[key] = lean === COPIED_LATER ? null : lean // keeps the key's place
  }
  return members ?? value
}

function inside(to: Lift, token: string): Lift {
  const path = `${to.path}/${token}`
  return { path, copyPath: path, overhead: path.length + COPY_OVERHEAD, late: to.late }
}
