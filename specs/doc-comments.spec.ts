/** What a published package exports says what it promises: a doc comment stands directly above each declaration. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { entriesOf, exportsOf } from './doc-comments/exports.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = readdirSync(join(root, 'packages')).filter((name) => !isPrivate(name))

function isPrivate(name: string): boolean {
  return (
    (JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { private?: boolean })
      .private === true
  )
}

describe('the exports of a package', () => {
  test.each(packages)('of %s are explained', (name) => {
    const exported = entriesOf(join(root, 'packages', name)).flatMap(exportsOf)
    expect(exported.length).toBeGreaterThan(0)
    const silent = exported.filter(({ isExplained }) => !isExplained)
    expect(silent.map((each) => `${relative(root, each.file)}: ${each.name}`)).toEqual([])
  })

  test('are found through every way of exporting, where they are declared', () => {
    const folder = mkdtempSync(join(tmpdir(), 'refold-exports-'))
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
    write(
      'index.ts',
      "export { a, type B } from './one.js'\nexport type * from './two.js'\n/** Own. */\nexport const own = 1\n",
    )
    write(
      'one.ts',
      '/** A. */\nexport function a() {}\n\n/** Of another. */\nconst x = 1\nexport interface B {}\nexport type NotExported = 1\n',
    )
    write(
      'two.ts',
      '/** C. */\n// oxlint-disable-next-line some-rule\nexport type C = 1\n/** */\nexport class D {}\n// no\nexport async function* e() {}\n',
    )
    const found = exportsOf(join(folder, 'index.ts'))
    rmSync(folder, { recursive: true })
    expect(found.map(({ name, isExplained }) => [name, isExplained])).toEqual([
      ['own', true],
      ['a', true],
      ['B', false],
      ['C', true],
      ['D', false],
      ['e', false],
    ])
  })
})
