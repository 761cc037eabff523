/** Values and times as a person reads them. What is cut in a terminal is whole in JSON and for another program. */
import type { Output } from '../../table.js'

/** Characters of a value in a terminal. */
const MOST = 100

/** As JSON in one line; empty for nothing. */
export function shortJson(value: unknown, { isTTY }: Output = process.stdout): string {
  const text = value === undefined ? '' : JSON.stringify(value)
  return isTTY === true ? cut(text, MOST) : text
}

/** As JSON in many lines. What is cut is told by `note`. */
export function longJson(
  value: unknown,
  { isTTY }: Output = process.stdout,
): { readonly text: string; readonly note?: string } {
  const text = JSON.stringify(value, undefined, 2)
  if (isTTY !== true || text.length <= MOST_LINES) return { text }
  const note = `${text.length} characters, of which these are the first; --path narrows, --json or a pipe has all`
  return { text: cut(text, MOST_LINES), note }
}

const MOST_LINES = 20_000

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** A time of a record; `-` for an event of another program before the agent's first record: it is known to have none. A timer may be due when no date can say it. */
export function timeText(at: number): string {
  if (at === 0) return '-'
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : 'no date can say when'
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** `3 min ago`, `in 2 h`, `now`. */
export function fromNow(at: number, now = Date.now()): string {
  const distance = Math.abs(at - now)
  const [unit, size] = UNITS.find(([, ms]) => distance >= ms) ?? []
  if (size === undefined) return 'now'
  const span = `${Math.floor(distance / size)} ${unit}`
  return at < now ? `${span} ago` : `in ${span}`
}
