/** The entries of core name what they export, and each of it says what it promises. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const sources = new URL('../packages/core/src/', import.meta.url)
const { exports } = JSON.parse(read('../package.json')) as { readonly exports: Readonly<Record<string, object>> }
const entries = Object.values(exports).map((conditions) =>
  String((conditions as Readonly<Record<string, string>>)['@refold/source']).replace('./src/', ''),
)

interface Export {
  readonly name: string
  readonly file: string
}

/** `export { a, b } from './file.js'`, of types too. */
function exportsOf(entry: string): readonly Export[] {
  return [...read(entry).matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)\.js'/gm)].flatMap(
    ([, names = '', path = '']) => {
      const file = new URL(`${path}.ts`, new URL(entry, sources)).href.slice(sources.href.length)
      return names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .map((name) => ({ name, file }))
    },
  )
}

/** Whether a doc comment ends right before the declaration; a remark to lint may stand between. */
function isExplained({ name, file }: Export): boolean {
  const kinds = 'interface|type|class|const|(?:async )?function\\*?'
  return new RegExp(`\\*/\\n(?://.*\\n)*export (?:${kinds}) ${name}\\b`).test(read(file))
}

function read(file: string): string {
  return readFileSync(new URL(file, sources), 'utf8')
}

describe.each(entries)('the entry %s of core', (entry) => {
  it('names each of its exports', () => {
    const statements = read(entry).match(/^export .*/gm) ?? []
    expect(statements.length).toBeGreaterThan(0)
    expect(statements.filter((line) => !/^export (type )?\{/.test(line))).toEqual([])
  })

  it('exports nothing without a doc comment', () => {
    const names = exportsOf(entry)
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((exported) => !isExplained(exported))).toEqual([])
  })
})
