/**
 * The ids that test titles name. A title names ids at its head: `APP-1 an append …`, `EFF-2 EFF-3 …`, `I5, RCV-4: …`.
 *
 * Read from the text of the test files, not from a run, so that a test that one store cannot run here is still found.
 * Contract functions of `@refold/testing` and the scenarios of `conformance/` carry titles too: they are tests of the store
 * or the machine that they are applied to.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { NeverRun } from './never-run.js'

export interface NamedTest {
  readonly id: string
  readonly title: string
  readonly file: string
}

const ID = String.raw`(?:[A-Z]{2,5}-\d+|I\d{1,2})`
const TITLE = new RegExp(
  String.raw`(?<quote>['"\`])(?<ids>${ID}(?:(?:,? and |[,/]? ?)${ID})*)(?<rest>[ :,](?:\\.|(?!\k<quote>).)+)\k<quote>`,
  'g',
)

/**
 * The ids named by the titles in one file's text, under whatever condition the tests run (`test.skipIf`, `describe.runIf`,
 * `test.each`). Titles of tests that never run, or stand in a comment, name nothing.
 */
export function namedTestsOf(text: string, file: string): readonly NamedTest[] {
  const never = new NeverRun(text)
  return [...text.matchAll(TITLE)].flatMap(({ 0: quoted, index, groups = {} }) => {
    const { ids = '', rest = '' } = groups
    const place = { from: index, to: index + quoted.length }
    if (never.isComment(place) || never.includes(place)) return []
    return [...ids.matchAll(new RegExp(ID, 'g'))].map(([id]) => ({ id, title: ids + rest, file }))
  })
}

/** The ids named by the titles of every test in the repository. */
export function readNamedTests(root: string): readonly NamedTest[] {
  return testFiles(root).flatMap((file) => namedTestsOf(readFileSync(file, 'utf8'), relative(root, file)))
}

/** The text of every file that holds tests. */
export function readTestTexts(root: string): readonly string[] {
  return testFiles(root).map((file) => readFileSync(file, 'utf8'))
}

function testFiles(root: string): readonly string[] {
  return ['packages', 'specs', 'examples']
    .flatMap((folder) => filesBelow(join(root, folder)))
    .filter(holdsTests)
    .toSorted()
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function holdsTests(file: string): boolean {
  if (file.endsWith('traceability.spec.ts')) return false
  if (/\.(?:test|spec)\.tsx?$/.test(file)) return true
  return /[\\/]packages[\\/]testing[\\/]src[\\/].*\.ts$/.test(file) || /[\\/]specs[\\/]conformance[\\/]/.test(file)
}
