/** The entries of core name what they export. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const sources = new URL('../packages/core/src/', import.meta.url)
const { exports } = JSON.parse(read('../package.json')) as { readonly exports: Readonly<Record<string, object>> }
const entries = Object.values(exports).map((conditions) =>
  String((conditions as Readonly<Record<string, string>>)['@refold/source']).replace('./src/', ''),
)

function read(file: string): string {
  return readFileSync(new URL(file, sources), 'utf8')
}

describe.each(entries)('the entry %s of core', (entry) => {
  it('names each of its exports', () => {
    const statements = read(entry).match(/^export .*/gm) ?? []
    expect(statements.length).toBeGreaterThan(0)
    expect(statements.filter((line) => !/^export (type )?\{/.test(line))).toEqual([])
  })
})
