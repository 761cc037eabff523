/** Tables for a terminal and for a page, and the one that a run of the measurements ends with. */
import { median } from './figures.js'
import { boundText, isMissed } from './judge.js'
import type { Row, Skipped } from './judge.js'

export type Cells = readonly string[]

const HEADING: Cells = ['work', 'what', 'median', 'floor (goal)', '', 'spread']

/** What was measured, a row each: `missed` beside a floor that does not hold. */
export function floorsTable(rows: readonly (Row | Skipped)[]): readonly Cells[] {
  return [HEADING, ...rows.map((row) => ('skipped' in row ? skippedCells(row) : cells(row)))]
}

function cells(row: Row): Cells {
  const { work, what, bound, runs } = row
  const spread = `${show(Math.min(...runs))} … ${show(Math.max(...runs))}`
  return [work, what, show(median(runs)), boundText(bound), isMissed(row) ? 'missed' : '', spread]
}

function skippedCells({ work, skipped }: Skipped): Cells {
  return [work, `SKIPPED: ${skipped}`, '', '', '', '']
}

/** A table between what it was measured on and what came of it, for a terminal or for a page. */
export function tableText(
  table: readonly Cells[],
  given: { readonly markdown: boolean; readonly heading: readonly string[]; readonly closing: readonly string[] },
): string {
  const print = given.markdown ? markdown : plainText
  const heading = given.markdown ? given.heading.map((line) => `- ${line}`) : given.heading
  return [...heading, '', print(table), ...given.closing.flatMap((line) => ['', line])].join('\n')
}

/** Columns under each other; the first row is the heading. */
function plainText(table: readonly Cells[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The same for a page. */
function markdown(table: readonly Cells[]): string {
  const [heading = [], ...lines] = table
  const row = (line: Cells): string => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [row(heading), `|${heading.map(() => '---|').join('')}`, ...lines.map(row)].join('\n')
}

/** Three digits, a count as it is. */
export function show(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
