/** Text of others: what they wrote is shown, and does nothing. */
import type { ComponentChildren } from 'preact'

/** What is invisible or turns the direction of writing. Joiners stay: scripts and emoji are written with them. */
const HIDDEN = /(?![\u200c\u200d\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const PERHAPS_HIDDEN = /[^\x20-\x7e\n\t]/

function escaped(char: string): string {
  return Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}

/** For what is no element: titles, labels. */
export function plain(text: string): string {
  return PERHAPS_HIDDEN.test(text) ? text.replaceAll(HIDDEN, escaped) : text
}

/** As children of an element. */
export function shown(text: string): ComponentChildren {
  if (!PERHAPS_HIDDEN.test(text)) return text
  const parts: ComponentChildren[] = []
  let from = 0
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) parts.push(text.slice(from, match.index))
    parts.push(<span class="hidden-mark">{escaped(match[0])}</span>)
    from = match.index + match[0].length
  }
  parts.push(text.slice(from))
  return <bdi>{parts}</bdi>
}
