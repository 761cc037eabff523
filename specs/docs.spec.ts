/** The guides: their code runs and prints what they say, their commands exist, and their links lead somewhere. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeBlocksOf } from './documents/code-blocks.js'
import { brokenLinksOf, mentionedIdsOf, pagesOf } from './documents/links.js'
import { compilePages, isCode, runBlock, writePages } from './documents/pages-as-programs.js'
import type { Ended } from './documents/pages-as-programs.js'
import { readGuarantees } from './traceability/guarantees.js'

const specs = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))
const { directory, pages } = writePages(join(root, 'docs'), { root })

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the code of the guides', () => {
  let compiled: Ended
  beforeAll(() => {
    compiled = compilePages(directory, { root })
  })

  test('is TypeScript without errors', () => {
    expect(compiled).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  for (const page of pages) {
    for (const block of page.blocks.filter(isCode)) {
      test(`${page.name}:${block.line} ${block.isRun ? 'runs' : 'can be read'}`, () => {
        const { stdout, ...ended } = runBlock(page, block)
        expect(ended, stdout.slice(-2_000)).toEqual({ status: 0, stderr: '' })
        if (block.isRun && block.output !== undefined) expect(stdout).toBe(block.output)
      })
    }
  }

  test('is in a language that something looks at', () => {
    const languages = new Set(pages.flatMap(({ blocks }) => blocks.map(({ language }) => language)))
    expect([...languages].filter((language) => !['js', 'ts', 'sh', 'text', 'json', 'yaml'].includes(language))).toEqual(
      [],
    )
  })

  test('has commands of npm and refold that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const files = ['program.ts', 'program/options.ts', 'program/acting-commands.ts', 'program/reading-commands.ts']
    const program = files.map((file) => readFileSync(join(root, 'packages/cli/src', file), 'utf8')).join('\n')
    const shell = pages
      .flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'sh').map(({ code }) => code))
      .join('\n')
    const ofNpm = [...shell.matchAll(/npm (?:run )?(start|test|[a-z:]+)/g)].map(([, script = '']) => script)
    const ofRefold = [...shell.matchAll(/npx refold (\w+)/g)].map(([, command = '']) => command)
    const flags = [...shell.matchAll(/^.*npx refold .*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/ (--[a-z-]+)/g)].map(([, flag = '']) => flag),
    )
    expect(ofRefold.length).toBeGreaterThan(2)
    expect(ofNpm.filter((script) => script !== 'install' && script !== 'ci' && scripts[script] === undefined)).toEqual(
      [],
    )
    expect(ofRefold.filter((command) => !program.includes(`command('${command}')`))).toEqual([])
    expect(flags.filter((flag) => !program.includes(`${flag} `) && !program.includes(`${flag}'`))).toEqual([])
  })
})

describe('the pages', () => {
  const all = pagesOf(root)

  test('link to files, headings and guarantees that are there', () => {
    expect(all.flatMap((page) => brokenLinksOf(page, root))).toEqual([])
  })

  test('mention guarantees that are given', () => {
    const given = new Set(readGuarantees(specs).map(({ id }) => id))
    const kinds = new Set([...given].map((id) => id.split('-')[0] ?? ''))
    const unknown = all.flatMap((page) => mentionedIdsOf(page, kinds).map((id) => `${relative(root, page)}: ${id}`))
    expect(unknown.filter((line) => !given.has(line.split(': ')[1] ?? ''))).toEqual([])
  })

  test('have a map of the folders of core that has each, in the order that lint keeps, and name files that are there', () => {
    const lint = readFileSync(join(root, 'oxlint.config.mjs'), 'utf8')
    const [, list = ''] = /const DATA_PATH = \[(.*?)\]/s.exec(lint) ?? []
    const folders = [...list.matchAll(/'([^']+)'/g)].map(([, folder = '']) => folder)
    const map = readFileSync(join(root, 'docs/how-it-works.md'), 'utf8')
    const rows = [...map.matchAll(/^\| `([a-z/]+)` \|/gm)].map(([, folder = '']) => folder)
    expect(rows).toEqual(folders)
    const files = [...map.matchAll(/`([a-z/-]+\.ts)`/g)].map(([, file = '']) => file)
    const sources = readdirSync(join(root, 'packages/core/src'), { recursive: true, encoding: 'utf8' })
    const missing = files.filter((file) => !sources.some((source) => `/${source}`.endsWith(`/${file}`)))
    expect(missing).toEqual([])
  })
})

describe('a code block', () => {
  test('has a language, a name, and the output that follows it', () => {
    const page = 'Text.\n\n```js run file=a.js\nconsole.log(1)\n```\n\n```text\n1\n```\n\n```sh\nls\n```\n'
    expect(
      codeBlocksOf(page).map(({ language, isRun, file, output, line }) => [language, isRun, file, output, line]),
    ).toEqual([
      ['js', true, 'a.js', '1\n', 3],
      ['text', false, 'block-2.text', undefined, 7],
      ['sh', false, 'block-3.sh', undefined, 11],
    ])
  })
})
