/** Whether what was measured holds its floor. */
import type { Bound, Line } from './floors.js'
import { median } from './figures.js'

/** One figure over all runs. */
export interface Row extends Line {
  readonly work: string
  readonly runs: readonly number[]
}

/** A work that could not be measured here. */
export interface Skipped {
  readonly work: string
  readonly skipped: string
}

/** By the median. A figure that is missing is one that was missed. */
export function isMissed({ bound, runs }: Row): boolean {
  if (bound?.floor === undefined) return false
  const reached = median(runs)
  if (Number.isNaN(reached)) return true
  return !holds(reached, { side: bound.side, wanted: bound.floor })
}

/** 1 when floors are asked for and one is missed. What was skipped is none. */
export function exitCodeOf(rows: readonly (Row | Skipped)[], { floors }: { readonly floors: boolean }): 0 | 1 {
  return floors && missedOf(rows).length > 0 ? 1 : 0
}

/** Rows whose floor does not hold. */
export function missedOf(rows: readonly (Row | Skipped)[]): readonly Row[] {
  return rows.flatMap((row) => ('skipped' in row || !isMissed(row) ? [] : [row]))
}

/** `≥ 0.45 (0.6)`: the floor, and the goal. */
export function boundText(bound: Bound | undefined): string {
  if (bound === undefined) return ''
  const { side, floor, goal } = bound
  const sign = { least: '≥', most: '≤', exactly: '=' }[side]
  const texts = [floor === undefined ? [] : [`${sign} ${floor}`], goal === undefined ? [] : [`(${goal})`]]
  return texts.flat().join(' ')
}

function holds(reached: number, { side, wanted }: { readonly side: Bound['side']; readonly wanted: number }): boolean {
  if (side === 'least') return reached >= wanted
  return side === 'most' ? reached <= wanted : reached === wanted
}
