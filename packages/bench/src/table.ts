/** The table that a run of the measurements ends with. */
import { median } from './figures.js'

/** One figure over all runs. */
export interface Row {
  readonly work: string
  readonly what: string
  readonly figure: string
  readonly floor: string
  readonly runs: readonly number[]
}

/** Prints what was measured, a row each, with its bound and its spread. */
export function printTable(rows: readonly Row[]): void {
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
