/** Rows for a person, aligned and cut to the terminal; for a program, separated by tabs and whole. */
import { printable } from '@refold/core'

export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
}

const GAP = '  '

/** Control characters in cells do nothing to a terminal. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  output: Output = process.stdout,
): string {
  const cells = [head, ...rows].map((row) => row.map(printable))
  if (output.isTTY !== true) return cells.map((row) => row.join('\t')).join('\n')
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const room = (output.columns ?? 80) - 1
  return cells.map((row) => cutTo(aligned(row, widths), room)).join('\n')
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((text, column) => text.padEnd(widths[column] ?? 0))
    .join(GAP)
    .trimEnd()
}

function cutTo(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`
}
