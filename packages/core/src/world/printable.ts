/** Text of others on a terminal: what they wrote is shown, and does nothing. */

/**
 * What a terminal acts on or does not show: control characters (ESC, CSI, line ends), marks that turn the direction of
 * writing, invisible ones, halves of a character. Joiners stay: scripts and emoji are written with them.
 */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Most text is plain ASCII, and a list has a hundred thousand of them: looking up classes of characters takes many times longer. */
const PERHAPS_UNPRINTABLE = /[^\x20-\x7e]/
const PERHAPS_UNPRINTABLE_LINES = /[^\x20-\x7e\n\t]/

/**
 * The text with each such character as `\uXXXX`. Line ends and tabs too, so that no text can look like a line of its own; what
 * is JSON stays the same JSON.
 */
export function printable(text: string): string {
  if (!PERHAPS_UNPRINTABLE.test(text)) return text
  return text.replaceAll(UNPRINTABLE, escaped)
}

/** Many lines, whose ends and tabs are the program's own. */
export function printableLines(text: string): string {
  if (!PERHAPS_UNPRINTABLE_LINES.test(text)) return text
  return text.replaceAll(UNPRINTABLE, (char) => (char === '\n' || char === '\t' ? char : escaped(char)))
}

function escaped(char: string): string {
  return Array.from({ length: char.length }, (_, at) => {
    return `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}
