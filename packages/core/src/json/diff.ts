/**
 * The patch from one JSON value to another. Its cost is that of what changed: equal references are not looked into, and
 * what came with the data or stands in the state already is copied.
 *
 * Invariants (`apply(before, diff(before, after))` and `after` have the same JSON text):
 * - the order of keys is kept: survivors stay, new keys append, whole numbers come first in every JavaScript object; a
 *   key that cannot get its place so is removed and added again;
 * - only `add`, `replace`, `remove` and `copy`, as RFC 6902 has them: any library can apply them.
 */
import { editItemsWith } from './diff-array.js'
import { isLongerThan } from './json-size.js'
import { isContainer, isJsonArray, type JsonObject, type JsonValue, type PatchOperation } from './json-value.js'
import { put, type PatchDraft, type Placement } from './patch-draft.js'
import { PayloadIndex } from './payload-index.js'
import { Places } from './places.js'
import { arrayIndex, escapeToken } from './pointer.js'

/** Of `diff`. */
export interface DiffOptions {
  /** Where both values stand: `/state/root/context`. */
  readonly path: string
  /** What stands at `/data` of the document and may be copied from there. Default: nothing. */
  readonly data?: JsonValue
}

interface At {
  readonly path: string
  readonly placement: Placement
}

/** Characters of an operation beside its pointers and its value. */
const OPERATION_OVERHEAD = 25

/** The operations that turn `before` into `after`, in a document where `before` stands at the path. None when both are the same. */
export function diff(before: JsonValue, after: JsonValue, options: DiffOptions): PatchOperation[] {
  const draft = newDraft(new PayloadIndex(options.data))
  edit(draft, before, after, { path: options.path, placement: 'replace' })
  return draft.ops
}

/** An empty patch. */
export function newDraft(payload: PayloadIndex, copies: PatchDraft['copies'] = NO_COPIES): PatchDraft {
  return { ops: [], payload, places: new Places(), copies, editItems }
}

const NO_COPIES: PatchDraft['copies'] = new Map()

/** Adds the operations for one place to a patch. */
export function edit(draft: PatchDraft, before: JsonValue, after: JsonValue, at: At): void {
  if (before === after) return
  const descends = isContainer(before) && isContainer(after) && isJsonArray(before) === isJsonArray(after)
  if (!descends || draft.payload.find(after) !== undefined) return put(draft, at.placement, after, at.path)
  const mark = draft.ops.length
  if (isJsonArray(after)) editItems(draft, before as readonly JsonValue[], after, at.path)
  else editMembers(draft, { before: before as JsonObject, after, path: at.path })
  if (draft.ops.length - mark > 2 && isShorterWhole(draft.ops, mark, after)) {
    draft.ops.length = mark
    put(draft, at.placement, after, at.path)
  }
}

function editItems(draft: PatchDraft, before: readonly JsonValue[], after: readonly JsonValue[], path: string): void {
  editItemsWith(edit, draft, { before, after }, path)
}

interface Members {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly path: string
}

/**
 * In the order in which most can be copied: first what is new or grows, while the members that it may come from still
 * stand; then what changes; last what goes.
 */
function editMembers(draft: PatchDraft, { before, after, path }: Members): void {
  const keys = Object.keys(after)
  const oldKeys = Object.keys(before)
  const moved = isSameList(oldKeys, keys) ? NONE : movedKeys(oldKeys, keys)
  const touched = draft.places.enter(path, before)
  for (const key of moved) {
    touched.add(key)
    draft.ops.push({ op: 'remove', path: `${path}/${escapeToken(key)}` })
  }
  let later: string[] | undefined
  for (const key of keys) {
    const value = after[key] as JsonValue
    const stays = Object.hasOwn(before, key) && !moved.has(key)
    if (stays && before[key] === value) continue
    if (stays && !isGrown(before[key], value)) (later ??= []).push(key)
    else if (stays) editMember(draft, { before, after, path }, key, touched)
    else put(draft, 'add', value, `${path}/${escapeToken(key)}`)
  }
  if (later !== undefined) for (const key of later) editMember(draft, { before, after, path }, key, touched)
  for (const key of oldKeys)
    if (!Object.hasOwn(after, key)) draft.ops.push({ op: 'remove', path: `${path}/${escapeToken(key)}` })
  draft.places.leave()
}

function editMember(draft: PatchDraft, { before, after, path }: Members, key: string, touched: Set<string>): void {
  touched.add(key)
  edit(draft, before[key] as JsonValue, after[key] as JsonValue, {
    path: `${path}/${escapeToken(key)}`,
    placement: 'replace',
  })
}

const NONE: ReadonlySet<string> = new Set()

/** The keys of both that cannot keep their place, as they follow one that is new or that stood behind them. */
function movedKeys(oldKeys: readonly string[], keys: readonly string[]): ReadonlySet<string> {
  const places = new Map(oldKeys.map((key, place) => [key, place]))
  const moved = new Set<string>()
  let last = -1
  for (const key of keys) {
    if (isWholeNumber(key)) continue
    const place = places.get(key)
    if (place !== undefined && place > last) last = place
    else {
      last = Number.POSITIVE_INFINITY // all that follow are appended behind this one
      if (place !== undefined) moved.add(key)
    }
  }
  return moved
}

/** Keys that every JavaScript object puts first, in the order of their numbers. */
function isWholeNumber(key: string): boolean {
  const index = arrayIndex(key)
  return index >= 0 && index < 2 ** 32 - 1
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false
  return true
}

function isGrown(before: JsonValue | undefined, after: JsonValue): boolean {
  return isJsonArray(before) && isJsonArray(after) && after.length > before.length
}

/** Whether the value is no longer than the operations without their values. */
function isShorterWhole(ops: readonly PatchOperation[], from: number, whole: JsonValue): boolean {
  let overhead = 0
  for (let at = from; at < ops.length; at++) {
    const operation = ops[at] as PatchOperation
    overhead += operation.path.length + OPERATION_OVERHEAD
    if (operation.op === 'copy') overhead += operation.from.length
  }
  return !isLongerThan(whole, overhead)
}
