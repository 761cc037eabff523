/** The words that the glossary says to avoid are said nowhere: not in names, not in comments, not in pages, not in records. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { maskSource } from './traceability/mask-source.js'
import { finderOf, forbiddenWords, wordsOf } from './words/forbidden-words.js'
import type { ForbiddenWord } from './words/forbidden-words.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const glossary = readFileSync(join(root, 'specs/glossary.md'), 'utf8')
const words = forbiddenWords(glossary)

/** What a reader reads; the pages that are made of comments are made of these. */
const READ = ['packages', 'specs', 'examples', 'docs', 'README.md', 'CONTRIBUTING.md']
const NOT_READ = ['specs/glossary.md', 'specs/words.spec.ts', 'specs/words', 'docs/api']
const STORED = ['specs/record-format.schema.json', 'specs/state-document.schema.json']

interface Line {
  readonly file: string
  readonly number: number
  readonly text: string
  /** Its names: without comments, strings and templates; of JSON the keys. */
  readonly code: string
}

function filesBelow(path: string): readonly string[] {
  const name = relative(root, path)
  if (NOT_READ.includes(name) || /(?:^|\/)(?:node_modules|dist)$/.test(name)) return []
  const entries = readdirSync(path, { withFileTypes: true })
  return entries.flatMap((entry) => {
    const below = join(path, entry.name)
    return entry.isDirectory() ? filesBelow(below) : /\.(?:ts|mjs|md|json)$/.test(entry.name) ? [below] : []
  })
}

function linesOf(path: string): readonly Line[] {
  const file = relative(root, path)
  if (NOT_READ.includes(file)) return []
  const text = readFileSync(path, 'utf8')
  const code = namesOf(text, file).split('\n')
  const lines = text
    .split('\n')
    .map((line, index) => ({ file, number: index + 1, text: line, code: code[index] ?? '' }))
  return [{ file, number: 0, text: file, code: file }, ...lines]
}

function namesOf(text: string, file: string): string {
  if (/\.(?:ts|mjs)$/.test(file)) return maskSource(text)
  if (!file.endsWith('.json')) return ''
  return text.replaceAll(/"((?:\\.|[^"\\])*)"(\s*:)?/g, (_, name: string, colon?: string) =>
    colon === undefined ? '' : name,
  )
}

const lines = READ.flatMap((name) =>
  name.endsWith('.md') ? [join(root, name)] : filesBelow(join(root, name)),
).flatMap(linesOf)

function concerns({ where, below }: ForbiddenWord, { file }: Line): boolean {
  if (where === 'stored') return STORED.includes(file)
  return below === undefined || file.startsWith(`packages/${below}/`)
}

function saying(word: ForbiddenWord): readonly string[] {
  const isSaid = finderOf(word)
  return lines
    .filter((line) => concerns(word, line) && isSaid(word.where === 'everywhere' ? line.text : line.code))
    .map(({ file, number, text }) => `${file}:${number}: ${text.trim()}`)
}

describe('the glossary', () => {
  test('lists words to avoid', () => {
    expect(words.length).toBeGreaterThan(30)
    expect(new Set(words.map(({ word, where, below }) => `${word} ${where} ${below}`)).size).toBe(words.length)
  })

  test('explains each word once', () => {
    const explained = [...glossary.matchAll(/^\| ([a-z][^|`]*?) \| /gm)].map(([, word]) => word)
    expect(explained.length).toBeGreaterThan(60)
    expect(explained.filter((word, index) => explained.indexOf(word) !== index)).toEqual([])
  })
})

describe('a word to avoid', () => {
  test.each(words)('is not said: $word', (word) => {
    const places = saying(word)
    expect(places.length, `say “${word.instead}” instead of “${word.word}”:\n${places.join('\n')}\n`).toBe(0)
  })

  test.each([
    ['onForeignAppend-7', ['on', 'foreign', 'append', '7']],
    ['KILLS_ITS_WORKER', ['kills', 'its', 'worker']],
    ['an HTTPServer’s part', ['an', 'http', 'server', 's', 'part']],
  ])('is looked for among the words of names: %s', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected)
  })

  test.each([
    ['foreign append', 'the ForeignAppend of', true],
    ['foreign append', 'foreignAppendix', false],
    ['mend', 'amend', false],
    ['agent.decide(', 'await agent.decide({', true],
    ['agent.decide(', 'agentDecide({', false],
  ])('%s is found in %s: %s', (word, text, found) => {
    expect(finderOf({ word, instead: '', where: 'everywhere', below: undefined })(text)).toBe(found)
  })

  test('is found where a line says it', () => {
    const said: Line = {
      file: 'packages/core/src/x.ts',
      number: 1,
      text: 'const letter = 1 // nobody',
      code: 'const letter = 1',
    }
    const of = (below: string): ForbiddenWord => ({ word: 'letter', instead: '', where: 'code', below })
    expect([concerns(of('core'), said), concerns(of('cli'), said)]).toEqual([true, false])
  })
})
