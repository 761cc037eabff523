/** The table of a run. */
import { median } from './figures.js'
import type { Figures } from './figures.js'

interface Row {
  readonly work: string
  readonly what: string
  readonly figure: string
  readonly floor: string
  readonly runs: readonly number[]
}

const rows: Row[] = []

/** One row: the median of the runs, and how far they lie apart. */
export function add(
  work: string,
  what: string,
  figures: readonly Figures[],
  { figure, floor }: { figure: string; floor: string },
): void {
  rows.push({ work, what, figure, floor, runs: figures.map((run) => run[figure] ?? Number.NaN) })
}

/** What was added so far. */
export function print(): void {
  const lines = rows.map(({ work, what, floor, runs }) => [
    work,
    what,
    show(median(runs)),
    floor,
    `${show(Math.min(...runs))} … ${show(Math.max(...runs))}`,
  ])
  const table = [['work', 'what', 'median', 'floor', 'spread'], ...lines]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  for (const line of table)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
}

function show(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
