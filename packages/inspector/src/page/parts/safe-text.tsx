/** Text of others: what they wrote is shown, and does nothing. */
import { printableLines } from '@refold/core/store'
import type { ComponentChildren } from 'preact'

/** For what is no element: titles, labels. What is invisible or turns the direction of writing stands as `\uXXXX`. */
export function plain(text: string): string {
  return printableLines(text)
}

const MARK = /(\\u[0-9a-f]{4})/

/** As children of an element, with what was replaced marked. */
export function shown(text: string): ComponentChildren {
  const safe = printableLines(text)
  if (safe === text) return text
  const parts = safe.split(MARK)
  return <bdi>{parts.map((part, at) => (at % 2 === 1 ? <span class="hidden-mark">{part}</span> : part))}</bdi>
}
