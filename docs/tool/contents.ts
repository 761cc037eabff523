/**
 * The contents of one entry: its exports by the themes that its source names, in a comment above the first export of each,
 * linked to their headings.
 */
import ts from 'typescript'

/** A shorter entry is seen at a glance. */
const WORTH_CONTENTS = 12

export interface Theme {
  readonly title: string
  readonly names: readonly string[]
}

/** The themes of an entry, in the order of its source; none where it is short, or names none. */
export function themesOf(source: ts.SourceFile): readonly Theme[] {
  const themes: { title: string; names: string[] }[] = []
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) continue
    if (!ts.isNamedExports(statement.exportClause)) continue
    const title = commentAbove(statement, source.text)
    if (title !== '') themes.push({ title, names: [] })
    themes.at(-1)?.names.push(...statement.exportClause.elements.map(({ name }) => name.text))
  }
  const count = themes.reduce((sum, { names }) => sum + names.length, 0)
  return count < WORTH_CONTENTS ? [] : themes
}

function commentAbove(statement: ts.Statement, text: string): string {
  const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? []
  const lines = comments.map(({ pos, end }) => text.slice(pos, end)).filter((comment) => comment.startsWith('// '))
  const title = lines.map((line) => line.slice('// '.length).trim()).join(' ')
  return title.slice(0, 1).toUpperCase() + title.slice(1)
}

/** A list with a line for each theme. `anchorOf` knows the heading of a name. */
export function contentsList(themes: readonly Theme[], anchorOf: (name: string) => string): string {
  const lines = themes.map(({ title, names }) => {
    const links = names.map((name) => `[\`${name}\`](#${anchorOf(name)})`)
    return `- **${title}**: ${links.join(', ')}`
  })
  return `${lines.join('\n')}\n`
}

/** The anchors of headings, in the order of a page, as GitHub makes them: the second of two equal ones ends in `-1`. */
export class Anchors {
  readonly #seen = new Map<string, number>()

  add(name: string): string {
    const anchor = name.toLowerCase().replaceAll('$', '')
    const before = this.#seen.get(anchor) ?? 0
    this.#seen.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  }
}
