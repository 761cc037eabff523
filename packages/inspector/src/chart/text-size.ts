/** About how much room a text takes: no font is at hand where it is laid out. */

/** Of the drawing's 12 px. */
const NARROW = 6.7
const WIDE = 12.5
const LINE_CHARACTERS = 30

export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += isWide(character) ? WIDE : NARROW
  return width
}

/** Scripts of the far east, and pictures. */
function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x1100
}

/** Cut between words, and within one that is longer than a line. */
export function linesOf(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap(pieces)) {
    if (line !== '' && line.length + word.length + 1 > LINE_CHARACTERS) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function pieces(word: string): readonly string[] {
  const characters = Array.from(new Intl.Segmenter().segment(word), ({ segment }) => segment)
  const found: string[] = []
  for (let at = 0; at < characters.length; at += LINE_CHARACTERS)
    found.push(characters.slice(at, at + LINE_CHARACTERS).join(''))
  return found
}
