/** Where a moment stands between two edges: time as it went, in which idle time is folded. */
import type { Columns } from '../state/columns.js'

/** A stretch in which nothing happened, drawn shorter than it was. */
export interface Fold {
  /** From 0 to 1. */
  readonly at: number
  readonly ms: number
}

export interface TimeScale {
  /** From 0 to 1, of a record. */
  ofRevision(revision: number): number
  /** Of a time; beyond the last record too, up to 1. */
  ofTime(at: number): number
  /** The record that stands there. */
  revisionAt(part: number): number
  readonly folds: readonly Fold[]
}

/** How long idle time is drawn, of the longest that is no idle time. */
const FOLDED = 0.55
/** Room behind the last record, for what is to come. */
const AHEAD = 0.06

export function timeScale(columns: Columns, { from, to }: { readonly from: number; readonly to: number }): TimeScale {
  const size = Math.max(1, to - from + 1)
  const gaps = Array.from({ length: size - 1 }, (_, index) => columns.at(from + index + 1) - columns.at(from + index))
  const cap = capOf(gaps)
  const least =
    gaps.length === 0 ? 1 : (gaps.reduce((sum, gap) => sum + Math.min(gap, cap), 0) / gaps.length) * 0.35 + 1
  const places = [0]
  for (const gap of gaps)
    places.push((places.at(-1) ?? 0) + least + (isIdle(gap, cap) ? cap * FOLDED : Math.min(gap, cap)))
  const whole = Math.max(1, places.at(-1) ?? 1) / (1 - AHEAD)
  const parts = places.map((place) => place / whole)
  const at = (index: number): number => parts[Math.max(0, Math.min(size - 1, index))] ?? 0
  const folds = gaps.flatMap((gap, index) =>
    isIdle(gap, cap) ? [{ at: (at(index) + at(index + 1)) / 2, ms: gap }] : [],
  )
  const ofTime = (time: number): number => {
    const after = firstAfter(columns, { from, to, time })
    if (after > to) return Math.min(1, at(size - 1) + (Math.max(0, time - columns.at(to)) / cap) * (AHEAD / 2))
    if (after <= from) return 0
    const [before, behind] = [columns.at(after - 1), columns.at(after)]
    const part = behind === before ? 0 : (time - before) / (behind - before)
    return at(after - 1 - from) + (at(after - from) - at(after - 1 - from)) * part
  }
  return {
    ofRevision: (revision) => at(revision - from),
    ofTime,
    revisionAt: (part) => from + nearest(parts, part),
    folds,
  }
}

/** What is longer than most is idle time. */
function capOf(gaps: readonly number[]): number {
  if (gaps.length === 0) return 1_000
  const sorted = gaps.toSorted((one, other) => one - other)
  const high = sorted[Math.floor((sorted.length - 1) * 0.85)] ?? 0
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  return Math.max(1, Math.min(sorted.at(-1) ?? 1, Math.max(high * 2.5, middle * 6, 20)))
}

function isIdle(gap: number, cap: number): boolean {
  return gap > cap * 1.5
}

function firstAfter(
  columns: Columns,
  { from, to, time }: { readonly from: number; readonly to: number; readonly time: number },
): number {
  let [low, high] = [from, to + 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns.at(middle) <= time) low = middle + 1
    else high = middle
  }
  return low
}

function nearest(parts: readonly number[], part: number): number {
  const behind = parts.findIndex((one) => one >= part)
  if (behind === -1) return parts.length - 1
  if (behind === 0) return 0
  return part - (parts[behind - 1] ?? 0) < (parts[behind] ?? 0) - part ? behind - 1 : behind
}
