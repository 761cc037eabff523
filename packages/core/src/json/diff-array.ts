/** Arrays: the few operations that turn one into the other, for the ways in which arrays of agents change. */
import type { JsonValue } from './json-value.js'
import { put, type PatchDraft, type Placement } from './patch-draft.js'
import { isSameJson } from './same-json.js'

/** Writes the operations that turn one value into another one in the same place. */
export type Edit = (
  draft: PatchDraft,
  before: JsonValue,
  after: JsonValue,
  at: { readonly path: string; readonly placement: Placement },
) => void

/** What of two arrays is left to compare: `[head, beforeEnd)` and `[head, afterEnd)`. */
interface Middle {
  readonly before: readonly JsonValue[]
  readonly after: readonly JsonValue[]
  readonly head: number
  readonly beforeEnd: number
  readonly afterEnd: number
}

/**
 * Grown at the end (a transcript), cut at the end, slid (a window), or changed in the middle. Items that both have keep
 * their place in the document; an item changed in place is descended into by `edit`.
 */
export function editItemsWith(
  edit: Edit,
  draft: PatchDraft,
  arrays: Pick<Middle, 'before' | 'after'>,
  path: string,
): void {
  const { before, after } = arrays
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && (before[head] === after[head] || isSameJson(before[head], after[head]))) head++ // most are the same reference
  if (head === before.length) return append(draft, after, { path, from: head })
  if (head === after.length) return removeEnd(draft, before.length, { path, from: head })
  const slid = slidBy(before, after, head)
  if (slid > 0) {
    for (let count = 0; count < slid; count++) draft.ops.push({ op: 'remove', path: `${path}/${head}` })
    return append(draft, after, { path, from: before.length - slid })
  }
  let tail = 0
  while (tail < shorter - head && isSameJson(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++
  editMiddle(edit, draft, { before, after, head, beforeEnd: before.length - tail, afterEnd: after.length - tail }, path)
}

function append(
  draft: PatchDraft,
  after: readonly JsonValue[],
  at: { readonly path: string; readonly from: number },
): void {
  for (let index = at.from; index < after.length; index++) {
    put(draft, 'add', after[index] as JsonValue, `${at.path}/-`, `${at.path}/${index}`)
  }
}

function removeEnd(draft: PatchDraft, length: number, at: { readonly path: string; readonly from: number }): void {
  for (let index = length - 1; index >= at.from; index--) draft.ops.push({ op: 'remove', path: `${at.path}/${index}` })
}

/** How many items after the common head were dropped, when all others of the array before follow; else 0. */
function slidBy(before: readonly JsonValue[], after: readonly JsonValue[], head: number): number {
  const found = before.indexOf(after[head] as JsonValue, head + 1)
  if (found < 0) return 0
  for (let at = found; at < before.length; at++) if (before[at] !== after[head + at - found]) return 0
  return found - head
}

/**
 * Walks both middles at once. An item that is not in the other array was removed, or is new; when both are so, the one
 * became the other. `at` is the index in the document as it stands after the operations so far.
 */
function editMiddle(edit: Edit, draft: PatchDraft, middle: Middle, path: string): void {
  const { before, after, beforeEnd, afterEnd } = middle
  const stays = membership(after, middle.head, afterEnd)
  const stood = membership(before, middle.head, beforeEnd)
  let old = middle.head
  let next = middle.head
  for (let at = middle.head; old < beforeEnd || next < afterEnd;) {
    const was = before[old] as JsonValue
    const is = after[next] as JsonValue
    const isGone = old < beforeEnd && (next === afterEnd || !stays(was))
    const isNew = next < afterEnd && (old === beforeEnd || !stood(is))
    if (isGone && !isNew) {
      draft.ops.push({ op: 'remove', path: `${path}/${at}` })
      old++
    } else if (isNew && !isGone) {
      put(draft, 'add', is, `${path}/${at}`)
      next++
      at++
    } else {
      edit(draft, was, is, { path: `${path}/${at}`, placement: 'replace-item' }) // nothing to do where both are the same
      old++
      next++
      at++
    }
  }
}

/** Whether a value is among the items, by reference for objects. A single item is not worth a set. */
function membership(items: readonly JsonValue[], from: number, to: number): (value: JsonValue) => boolean {
  if (to - from === 1) return (value) => value === items[from]
  const set = new Set(items.slice(from, to))
  return (value) => set.has(value)
}
