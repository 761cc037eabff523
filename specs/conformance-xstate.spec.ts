/** Each row of the conformance page names a test that exists. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readTestTexts } from './traceability/test-titles.js'

const page = readFileSync(new URL('conformance-xstate.md', import.meta.url), 'utf8')

interface Row {
  readonly feature: string
  readonly cells: readonly string[]
  readonly titles: readonly string[]
}

/** The rows of every table: the last cell names tests, each in backticks. */
function rowsOf(text: string): readonly Row[] {
  return text
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('| ') && !/^\| (?:feature|in XState|cases|tests) \|/.test(line) && !/^\| \d+ \|/.test(line),
    )
    .map((line) => {
      const cells = line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
      return {
        feature: cells[0] ?? '',
        cells,
        titles: [...(cells.at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, title = '']) => title),
      }
    })
}

describe('conformance with XState', () => {
  const tests = readTestTexts(fileURLToPath(new URL('..', import.meta.url)))
  const rows = rowsOf(page)

  test('the page has its tables', () => {
    expect(rows.length).toBeGreaterThan(40)
  })

  test('every row names a test', () => {
    const without = rows.filter(({ titles }) => titles.length === 0).map(({ feature }) => feature)
    expect(without.length, `Rows without a test:\n  ${without.join('\n  ')}`).toBe(0)
  })

  test('every test that a row names exists', () => {
    const missing = rows.flatMap(({ feature, titles }) =>
      titles.filter((title) => !tests.some((text) => text.includes(title))).map((title) => `${feature}: ${title}`),
    )
    expect(missing.length, `Tests that do not exist:\n  ${missing.join('\n  ')}`).toBe(0)
  })
})
