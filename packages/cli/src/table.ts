/** Rows for a person, aligned and cut to the terminal; for a program, separated by tabs and whole. */
import { printable } from '@refold/core/store'

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
  const lines = [head, ...rows]
  if (output.isTTY !== true) return linesOf(lines)
  const whole = lines.map((row) => row.map(printable))
  const room = (output.columns ?? 80) - 1
  const cells = leastOf(whole, head) > room ? whole.map(withShortTimes(whole)) : whole
  const widths = fitted(head, { widths: head.map((_, column) => widest(cells, column)), room })
  const cuts = head.map((name) => (ENDS.has(name) ? cutStart : cutTo))
  return cells.map((row) => cutTo(aligned(row, { widths, cuts }), room)).join('\n')
}

/** Rows for a program. */
export function linesOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(printable).join('\t')).join('\n')
}

function widest(cells: readonly (readonly string[])[], column: number): number {
  return cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0)
}

/** Names, places and times say nothing when they are cut, and no command takes a part of a key. */
const WHOLE: ReadonlySet<string> = new Set(['AGENT', 'REV', 'TIME', 'ID', 'KEY'])
/** Of these the end says more than the beginning: `refold.effect.done`, `/root/context/total`. */
const ENDS: ReadonlySet<string> = new Set(['TYPE', 'PATH'])
/** Below this a column says nothing any more. */
const LEAST = 8

/** What the columns need when as much as may be is cut. */
function leastOf(cells: readonly (readonly string[])[], head: readonly string[]): number {
  const widths = head.map((name, column) => Math.min(widest(cells, column), WHOLE.has(name) ? Infinity : LEAST))
  return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length)
}

const TIME = /^(\d{4}-(\d\d-\d\d))T(\d\d:\d\d):(\d\d)\.\d{3}Z$/

/** A time of day, if all are of one day, else one without year and seconds. */
function withShortTimes(cells: readonly (readonly string[])[]): (row: readonly string[]) => readonly string[] {
  const days = new Set(cells.flat().map((text) => TIME.exec(text)?.[1]))
  days.delete(undefined)
  const short = days.size === 1 ? '$3:$4' : '$2 $3'
  return (row) => row.map((text) => text.replace(TIME, short))
}

/** The widest of the other columns give way, so that something of each is seen. */
function fitted(
  head: readonly string[],
  { widths, room }: { readonly widths: readonly number[]; readonly room: number },
): readonly number[] {
  const isCut = (column: number): boolean => !WHOLE.has(head[column] ?? '')
  const cuttable = widths.filter((_, column) => isCut(column))
  let over = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - room
  let most = Math.max(0, ...cuttable)
  while (over > 0 && most > LEAST) {
    over -= cuttable.filter((width) => width >= most).length
    most--
  }
  return widths.map((width, column) => (isCut(column) ? Math.min(width, most) : width))
}

interface Columns {
  readonly widths: readonly number[]
  readonly cuts: readonly (typeof cutTo)[]
}

function aligned(row: readonly string[], { widths, cuts }: Columns): string {
  return row
    .map((text, column) => (cuts[column] ?? cutTo)(text, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    .join(GAP)
    .trimEnd()
}

function cutTo(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1)).replace(/…$/, '')}…`
}

function cutStart(text: string, room: number): string {
  return text.length <= room ? text : `…${text.slice(text.length - Math.max(0, room - 1))}`
}
