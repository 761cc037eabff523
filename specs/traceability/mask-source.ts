/**
 * The text of a TypeScript file without what is in its comments, strings, templates and regular expressions: blanks stand in
 * their place, so that offsets are the same, and brackets that are left belong together.
 */

/** What a slash may follow when it begins a regular expression, and no division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|of|in))\s*$/

/** Blanks but for line ends; quotes stay. */
export function maskSource(text: string): string {
  let masked = ''
  for (let at = 0; at < text.length;) {
    const end = endOfLiteral(text, at, masked)
    masked += end === at ? text[at++] : blanked(text.slice(at, (at = end)))
  }
  return masked
}

function blanked(literal: string): string {
  if (/^['"`]/.test(literal)) return literal[0] + literal.slice(1, -1).replaceAll(/[^\n]/g, ' ') + literal.slice(-1)
  return literal.replaceAll(/[^\n]/g, ' ')
}

/** Where the literal or comment that begins here ends; here, when none does. */
function endOfLiteral(text: string, at: number, before: string): number {
  const two = text.slice(at, at + 2)
  if (two === '//') return endOr(text, text.indexOf('\n', at))
  if (two === '/*') return endOr(text, text.indexOf('*/', at), 2)
  switch (text[at]) {
    case "'":
    case '"':
      return endOfQuoted(text, at)
    case '`':
      return endOfTemplate(text, at)
    case '/':
      return BEFORE_REGEX.test(before.slice(-40)) ? endOfRegex(text, at) : at
    default:
      return at
  }
}

function endOr(text: string, found: number, length = 0): number {
  return found === -1 ? text.length : found + length
}

function endOfQuoted(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === text[at]) return index + 1
  }
  return text.length
}

function endOfTemplate(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '`') return index + 1
    else if (text.startsWith('${', index)) index = endOfPlaceholder(text, index + 2) - 1
  }
  return text.length
}

function endOfPlaceholder(text: string, at: number): number {
  let depth = 1
  for (let index = at; index < text.length;) {
    const end = endOfLiteral(text, index, text.slice(at, index))
    if (end > index) index = end
    else {
      if (text[index] === '{') depth++
      if (text[index] === '}' && --depth === 0) return index + 1
      index++
    }
  }
  return text.length
}

function endOfRegex(text: string, at: number): number {
  let inClass = false
  for (let index = at + 1; index < text.length && text[index] !== '\n'; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '[') inClass = true
    else if (text[index] === ']') inClass = false
    else if (text[index] === '/' && !inClass) return index + 1
  }
  return at
}
