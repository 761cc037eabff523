/** Every guarantee has a test, and every test that claims to prove one names one that exists. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { guaranteesOf, readGuarantees } from './traceability/guarantees.js'
import type { Guarantee } from './traceability/guarantees.js'
import { namedTestsOf, readNamedTests } from './traceability/test-titles.js'

const specs = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

describe('traceability', () => {
  const guarantees = readGuarantees(specs)
  const tests = readNamedTests(root)

  test('every guarantee is named by the title of a test', () => {
    const tested = new Set(tests.map(({ id }) => id))
    const untested = guarantees.filter(({ id }) => !tested.has(id)).map(line)
    expect(untested.length, listed('Guarantees without a test', untested)).toBe(0)
  })

  test('every id that a test title names is a guarantee', () => {
    const promised = new Set(guarantees.map(({ id }) => id))
    const unknown = tests
      .filter(({ id }) => !promised.has(id))
      .map(({ id, title, file }) => `${id} in ${file}: ${title}`)
    expect(unknown.length, listed('Test titles with an unknown id', unknown)).toBe(0)
  })

  test('an id is given once', () => {
    const twice = guarantees
      .filter(({ id }, index) => guarantees.findIndex((other) => other.id === id) !== index)
      .map(line)
    expect(twice.length, listed('Ids given twice', twice)).toBe(0)
  })

  test('a guarantee is one sentence', () => {
    const longer = guarantees
      .filter(({ sentence }) => !/^[^.].*[.]$/.test(sentence) || /[.?!] [A-Z]/.test(sentence))
      .map(line)
    expect(longer.length, listed('Not one sentence', longer)).toBe(0)
  })
})

describe('what the pages and the titles say', () => {
  test('a guarantee is a list item that begins with an id in bold', () => {
    const page = '# Page\n\n- **APP-1** One.\n- APP-2 Later.\n- **I4** Four.\n\nText **APP-3** inside.\n'
    expect(guaranteesOf(page, 'page.md').map(({ id, sentence }) => [id, sentence])).toEqual([
      ['APP-1', 'One.'],
      ['I4', 'Four.'],
    ])
  })

  test.each([
    ['test("APP-1 stores all", () => {})', ['APP-1']],
    ["it.each(rows)('APP-1, EFF-22: stores %s', run)", ['APP-1', 'EFF-22']],
    ['describe(`I5 RCV-4 a body kills its process`, body)', ['I5', 'RCV-4']],
    ["contract('APP-1 and APP-3 don\\'t lose', run)", ['APP-1', 'APP-3']],
    ["test.skipIf(isWindows && !isSlow)('APP-1 where files are locked', run)", ['APP-1']],
    [
      "describe.skipIf(\n  isWindows,\n)(\n  'APP-1 where files are locked',\n  () => test('APP-2 too', run),\n)",
      ['APP-1', 'APP-2'],
    ],
    ["test.runIf(process.env['CI'] === '1')('APP-1 at night', run)", ['APP-1']],
    ["test.skipIf(isWindows).each(rows)('APP-1 stores %s', run)", ['APP-1']],
    ['test.each`a | b\n${1} | ${")"}\n`("APP-1 stores $a", run)', ['APP-1']],
    ["test.for(rows)('APP-1 stores %s', run)", ['APP-1']],
    ["test.concurrent.each(rows)('APP-1 stores %s', run)", ['APP-1']],
    ["const run = isSlow ? test.skip : test\nrun('APP-1 stores all', body)", ['APP-1']],
    ["(isSlow ? test.skip : test)('APP-1 stores all', body)", ['APP-1']],
    ["test('APP-1 stores all', (context) => context.skip('no disk'))\ntest('APP-2 too', run)", ['APP-1', 'APP-2']],
    ["test.skip('APP-1 is not run', run)", []],
    ["test.skip(\n  'APP-1 is not run',\n  () => { a(')') },\n)\ntest('APP-2 is', run)", ['APP-2']],
    ["test.skip.each([1, 2])('APP-1 is not run', run)", []],
    ["test.todo('APP-1 is to be written')", []],
    [
      "describe.skip('APP-1 is not run', () => {\n  test('APP-2 neither', () => { /[)]'/.test(a) })\n})\ntest('APP-3 is', run)",
      ['APP-3'],
    ],
    ["describe.skip.each(rows)('of %s', () => test('APP-1 is not run', run))", []],
    ["test.skipIf(true)('APP-1 is not run', run)\ntest.runIf(false)('APP-2 neither', run)", []],
    ["test('APP-1 is not run', { timeout: 1, skip: true }, run)", []],
    ["// test('APP-1 was run', run)\n/* test('APP-2 too', run) */", []],
    ["// see 'APP-1' and APP-2", []],
    ["test('stores what APP-1 says', run)", []],
  ])('the ids of %s', (text, ids) => {
    expect(namedTestsOf(text, 'some.test.ts').map(({ id }) => id)).toEqual(ids)
  })
})

function line({ id, sentence, page }: Guarantee): string {
  return `${id} (${page}): ${sentence}`
}

function listed(heading: string, lines: readonly string[]): string {
  return `${heading} (${lines.length}):\n${lines.map((text) => `  ${text}`).join('\n')}\n`
}
