/** What the page `sqlite-format.md` says of the tables, for a comparison with a file. */
import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../sqlite-format.md', import.meta.url), 'utf8')

/** The statements that make the tables. */
export const statements = /^```sql\n(.*?)^```/ms.exec(page)?.[1] ?? ''

/** The columns that the page explains, by table. */
export const explainedColumns: ReadonlyMap<string, readonly string[]> = new Map(
  [...page.matchAll(/^### `(\w+)`\n(.*?)(?=^##)/gms)].map(([, table = '', text = '']) => [table, firstCells(text)]),
)

/** The first column of the list of versions. */
export const versions = firstCells(sectionOf('Versions')).map(Number)

/** The value that the page gives for a pragma. */
export function pragmaOf(name: string): number {
  return Number(new RegExp(`^\\| \`${name}\` \\| (\\d+)`, 'm').exec(page)?.[1])
}

/** The templates of which the page says what they stand for: their first characters, and the characters that are filled. */
export const templateKinds = firstCells(sectionOf('An event from its row')).flatMap((cell) => {
  if (cell.startsWith('U+')) return [String.fromCharCode(Number.parseInt(cell.slice(2), 16))]
  return cell.startsWith('an ') ? [] : [cell.replaceAll('"', '').charAt(0)]
})

function sectionOf(title: string): string {
  return page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
}

/** First cells of the rows of the tables in a text, without the heads and without back quotes. */
function firstCells(text: string): readonly string[] {
  const tables = text
    .split('\n\n')
    .map((block) => block.trim())
    .filter((block) => block.startsWith('|'))
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(2)
      .map((line) => (line.split('|')[1] ?? '').trim().replaceAll('`', '')),
  )
}
