/**
 * The patch that a record carries: from the state before to the state after. Refold's own objects are walked here, so
 * that the order of their keys costs nothing and new children and effects can copy from the contexts that come before.
 */
import { edit, newDraft } from '../json/diff.js'
import { isJsonObject, type JsonObject, type JsonValue, type PatchOperation } from '../json/json-value.js'
import { put, type PatchDraft } from '../json/patch-draft.js'
import { PayloadIndex } from '../json/payload-index.js'
import { escapeToken } from '../json/pointer.js'
import { STATE_SHAPE, type OwnShape } from './state-shape.js'
import type { StateDocument } from './state-document.js'

export interface PatchOfOptions {
  /** The record's data: what came with it is copied from there. */
  readonly data: JsonValue
  /** The record's event id. */
  readonly id: string
}

export interface StatePatch {
  /** Over `{state, data, id}`. */
  readonly patch: readonly PatchOperation[]
  /**
   * Exactly what a fold of the patch gives, key order included, sharing memory with `after`: the state to go on with.
   * It is `after` itself unless an object of Refold's own has its keys in another order.
   */
  readonly state: StateDocument
}

/** Finds the patch. Costs what changed. Both states must be what `toJson` accepts. */
export function patchOf(before: StateDocument | undefined, after: StateDocument, { data, id }: PatchOfOptions): StatePatch {
  const draft = newDraft(new PayloadIndex({ data, id }, { path: '' }))
  const next = after as unknown as JsonObject // an interface has no index signature; the document is JSON
  const at = { path: '/state', shape: STATE_SHAPE }
  const state = before === undefined ? addOwn(draft, next, at) : editOwn(draft, before as unknown as JsonObject, next, at)
  return { patch: draft.ops, state: state as unknown as StateDocument }
}

type Shape = OwnShape | 'copied-from' | undefined

interface At<S extends Shape> {
  readonly path: string
  readonly shape: S
}

/** Writes what changed in one of Refold's own objects; gives it as a fold will give it. */
function editOwn(draft: PatchDraft, before: JsonObject, after: JsonObject, { path, shape }: At<OwnShape>): JsonObject {
  if (before === after) return after
  let folded: Record<string, JsonValue> | undefined
  for (const key of Object.keys(after)) {
    const value = after[key] as JsonValue
    const at = { path: `${path}/${escapeToken(key)}`, shape: shape.members?.[key] ?? shape.each }
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    const result = old === value ? value : writeMember(draft, old, value, at)
    if (at.shape === 'copied-from') draft.places.addLandmark(at.path, value)
    if (result !== value) (folded ??= { ...after })[key] = result
  }
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) draft.ops.push({ op: 'remove', path: `${path}/${escapeToken(key)}` })
  return inFoldedOrder(before, folded ?? after)
}

function writeMember(draft: PatchDraft, before: JsonValue | undefined, after: JsonValue, { path, shape }: At<Shape>): JsonValue {
  if (typeof shape === 'object' && isJsonObject(after)) {
    return isJsonObject(before) ? editOwn(draft, before, after, { path, shape }) : addOwn(draft, after, { path, shape })
  }
  if (before === undefined) put(draft, 'add', after, path)
  else edit(draft, before, after, { path, placement: 'replace' })
  return after
}

/**
 * Writes a new object: first without what its maps hold, then each of those by itself, so that a child or an effect can
 * copy from a context that is as new as itself.
 */
function addOwn(draft: PatchDraft, after: JsonObject, { path, shape }: At<OwnShape>): JsonObject {
  put(draft, 'add', withEmptyMaps(after, shape), path)
  return fillMaps(draft, after, { path, shape })
}

const EMPTY: JsonObject = {}

function withEmptyMaps(value: JsonObject, shape: OwnShape): JsonObject {
  if (shape.each !== undefined) return EMPTY
  let copy: Record<string, JsonValue> | undefined
  for (const [key, inner] of Object.entries(shape.members ?? EMPTY)) {
    const member = value[key]
    if (typeof inner === 'object' && isJsonObject(member)) (copy ??= { ...value })[key] = withEmptyMaps(member, inner as OwnShape)
  }
  return copy ?? value
}

function fillMaps(draft: PatchDraft, value: JsonObject, { path, shape }: At<OwnShape>): JsonObject {
  if (shape.each !== undefined) return editOwn(draft, EMPTY, value, { path, shape })
  let folded: Record<string, JsonValue> | undefined
  for (const key of Object.keys(value)) {
    const member = value[key] as JsonValue
    const inner = shape.members?.[key]
    if (inner === 'copied-from') draft.places.addLandmark(`${path}/${key}`, member)
    if (typeof inner !== 'object' || !isJsonObject(member)) continue
    const result = fillMaps(draft, member, { path: `${path}/${key}`, shape: inner })
    if (result !== member) (folded ??= { ...value })[key] = result
  }
  return folded ?? value
}

/** The object with its keys in the order that the patch gives them: survivors first, in their old order. */
function inFoldedOrder(before: JsonObject, after: JsonObject): JsonObject {
  const old = Object.keys(before)
  const keys = Object.keys(after)
  if (old.length <= keys.length && old.every((key, at) => keys[at] === key)) return after
  const ordered: Record<string, JsonValue> = {}
  for (const key of old) if (Object.hasOwn(after, key)) ordered[key] = after[key] as JsonValue
  for (const key of keys) ordered[key] = after[key] as JsonValue // those that are there keep their place
  return ordered
}
