/**
 * The patch that a record carries: from the state before to the state after. Refold's own objects are walked here, so
 * that the order of their keys costs nothing and new children and effects can copy from the contexts that come before.
 */
import { edit, newDraft } from '../json/diff.js'
import { isJsonObject, type JsonObject, type JsonValue, type PatchOperation } from '../json/json-value.js'
import { put, type PatchDraft } from '../json/patch-draft.js'
import { PayloadIndex } from '../json/payload-index.js'
import { escapeToken } from '../json/pointer.js'
import { changed, entriesOf, type LargeMap, type StateMap } from './large-map.js'
import { copyOf, largeMembers, putMap, putMember, type MapMember } from './large-members.js'
import { STATE_SHAPE, type OwnShape } from './state-shape.js'
import type { StateDocument } from './state-document.js'

export interface PatchOfOptions {
  /** The record's data: what came with it is copied from there. */
  readonly data: JsonValue
  /** The record's event id. */
  readonly id: string
  /** Originals of what became a copy in `after`. */
  readonly copies?: ReadonlyMap<JsonValue, JsonValue> | undefined
  /** What the agent's part holds and the record decides: it is copied from there, and removed at last. */
  readonly stored?: StoredInput | undefined
}

/** A value in the state before, and where it stands: a pointer that begins with `/state/agent/`. */
export interface StoredInput {
  readonly path: string
  readonly value: JsonObject
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
export function patchOf(
  before: StateDocument | undefined,
  after: StateDocument,
  { data, id, copies, stored }: PatchOfOptions,
): StatePatch {
  const draft = newDraft(new PayloadIndex(data, { id }), copies)
  const next = after as unknown as JsonObject // an interface has no index signature; the document is JSON
  const at = { path: '/state', shape: STATE_SHAPE }
  const old = before as unknown as JsonObject | undefined
  const edited = (): JsonObject => (old === undefined ? addOwn(draft, next, at) : editOwn(draft, old, next, at))
  const state = old === undefined || stored === undefined ? edited() : editWithStored(draft, old, { next, at, stored })
  return { patch: draft.ops, state: state as unknown as StateDocument }
}

/** The agent's part comes last: until then what it holds can be copied. */
function editWithStored(
  draft: PatchDraft,
  before: JsonObject,
  { next, at, stored }: { readonly next: JsonObject; readonly at: At<OwnShape>; readonly stored: StoredInput },
): JsonObject {
  draft.places.addLandmark(stored.path, stored.value)
  const others = editOwn(draft, before, { ...next, agent: before['agent'] ?? null }, at)
  draft.places.forget(stored.path)
  return editOwn(draft, others, { ...others, agent: next['agent'] ?? null }, at)
}

interface At<S extends OwnShape | undefined> {
  readonly path: string
  readonly shape: S
}

/** Writes what changed in one of Refold's own objects; gives it as a fold will give it. */
function editOwn(draft: PatchDraft, before: JsonObject, after: JsonObject, { path, shape }: At<OwnShape>): JsonObject {
  if (before === after) return after
  editSource(draft, before, after, { path, shape })
  let folded: Record<string, JsonValue> | undefined
  let added = 0
  const keys = Object.keys(after)
  const large = largeMembers(after)
  for (const key of keys) {
    const map = large?.[key as MapMember]
    if (map !== undefined && Object.hasOwn(before, key)) {
      const old = largeMembers(before)?.[key as MapMember] ?? (before[key] as JsonObject)
      const result = editLarge(draft, old, map, { path: `${path}/${key}`, shape: shape.members?.[key] ?? {} })
      if (result !== map) putMap((folded ??= copyOf(after)) as LargeOwner, key as MapMember, result)
      continue
    }
    const value = after[key] as JsonValue
    if (before[key] === value) continue // what is inherited is no JSON, and equals none
    const old = Object.hasOwn(before, key) ? before[key] : undefined
    if (old === undefined) added++
    else if (key === shape.source) continue
    const result = writeMember(draft, old, value, {
      path: `${path}/${escapeToken(key)}`,
      shape: shape.members?.[key] ?? shape.each,
    })
    if (result !== value) (folded ??= copyOf(after) as Record<string, JsonValue>)[key] = result
  }
  const oldKeys = Object.keys(before)
  if (oldKeys.length + added > keys.length) removeGone(draft, oldKeys, after, path)
  return inFoldedOrder(oldKeys, keys, folded ?? after)
}

type LargeOwner = { [member in MapMember]: JsonObject }

/** The same for a large map: what did not change is not looked at. */
function editLarge(
  draft: PatchDraft,
  before: StateMap<JsonValue>,
  after: LargeMap<JsonValue>,
  { path, shape }: At<OwnShape>,
): StateMap<JsonValue> {
  const changes = after.changesSince(before)
  if (changes === undefined) {
    const entries = after.entries()
    const result = editOwn(draft, entriesOf(before), entries, { path, shape })
    return result === entries ? after : result
  }
  const folded = new Map<string, JsonValue>()
  for (const { key, before: old, after: value } of changes) {
    if (value === undefined) continue
    const result = writeMember(draft, old, value, { path: `${path}/${escapeToken(key)}`, shape: shape.each })
    if (result !== value) folded.set(key, result)
  }
  for (const { key, after: value } of changes)
    if (value === undefined) draft.ops.push({ op: 'remove', path: `${path}/${escapeToken(key)}` })
  return changed(after, folded)
}

/** First of all, so that everything else can copy from it. A new one comes in its turn: the order of what is added counts. */
function editSource(
  draft: PatchDraft,
  before: JsonObject,
  after: JsonObject,
  { path, shape: { source } }: At<OwnShape>,
): void {
  if (source === undefined || before[source] === undefined || after[source] === undefined) return
  const place = `${path}/${source}`
  edit(draft, before[source], after[source], { path: place, placement: 'replace' })
  draft.places.addLandmark(place, after[source])
}

function removeGone(draft: PatchDraft, oldKeys: readonly string[], after: JsonObject, path: string): void {
  for (const key of oldKeys)
    if (!Object.hasOwn(after, key)) draft.ops.push({ op: 'remove', path: `${path}/${escapeToken(key)}` })
}

function writeMember(
  draft: PatchDraft,
  before: JsonValue | undefined,
  after: JsonValue,
  { path, shape }: At<OwnShape | undefined>,
): JsonValue {
  if (shape !== undefined && isJsonObject(after)) {
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
  for (const [key, inner] of Object.entries(shape.members ?? {})) {
    const member = value[key]
    if (isJsonObject(member)) (copy ??= { ...value })[key] = withEmptyMaps(member, inner)
  }
  return copy ?? value
}

function fillMaps(draft: PatchDraft, value: JsonObject, { path, shape }: At<OwnShape>): JsonObject {
  if (shape.each !== undefined) return editOwn(draft, EMPTY, value, { path, shape })
  if (shape.source !== undefined) draft.places.addLandmark(`${path}/${shape.source}`, value[shape.source])
  let folded: Record<string, JsonValue> | undefined
  for (const [key, inner] of Object.entries(shape.members ?? {})) {
    const member = value[key]
    if (!isJsonObject(member)) continue
    const result = fillMaps(draft, member, { path: `${path}/${key}`, shape: inner })
    if (result !== member) (folded ??= { ...value })[key] = result
  }
  return folded ?? value
}

/** The object with its keys in the order that the patch gives them: survivors first, in their old order. */
function inFoldedOrder(oldKeys: readonly string[], keys: readonly string[], after: JsonObject): JsonObject {
  if (oldKeys.length <= keys.length && oldKeys.every((key, at) => keys[at] === key)) return after
  const ordered: Record<string, JsonValue> = {}
  for (const key of oldKeys) if (Object.hasOwn(after, key)) putMember(ordered, key, after)
  for (const key of keys) if (!Object.hasOwn(ordered, key)) putMember(ordered, key, after)
  return ordered
}
