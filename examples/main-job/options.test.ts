import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { tempFile } from '../temp-file.fixture.js'
import { STEPS } from './findings.js'
import { isOfStore, readOptions } from './options.js'
import { writeProject } from './project.fixture.js'

let home: string
const read = (...args: string[]) => readOptions(args, { here: home, home })

beforeEach(() => {
  home = writeProject(tempFile('small'))
})

it('needs nothing to be told', () => {
  expect(read()).toEqual({
    directory: home,
    store: join(home, '.refold/review.db'),
    report: join(home, '.refold/review.md'),
    killAt: ['sizes'],
    isFresh: false,
    isResumed: false,
    policyDecides: false,
    llm: null,
    prices: null,
  })
})

it('takes steps by number and name, none and every', () => {
  expect(read('--kill-at', '1')?.killAt).toEqual(['inventory'])
  expect(read('--kill-at', 'report')?.killAt).toEqual(['report'])
  expect(read('--kill-at', 'none')?.killAt).toEqual([])
  expect(read('--kill-at', 'every')?.killAt).toEqual(STEPS)
  expect(read('--resume')?.killAt).toEqual([])
})

it('takes paths from where the user stands', () => {
  const here = join(home, 'own')
  expect(readOptions(['..', '--store', 'x.db'], { here, home })).toMatchObject({
    directory: home,
    store: join(here, 'x.db'),
  })
})

it('takes a model and its prices', () => {
  const options = read(
    '--llm-url',
    'http://localhost:1/v1',
    '--llm-model',
    'm',
    '--price-in',
    '0.5',
    '--price-out',
    '2',
  )
  expect(options).toMatchObject({
    llm: { url: 'http://localhost:1/v1', model: 'm', keyVariable: 'OPENAI_API_KEY' },
    prices: { input: 0.5, output: 2 },
  })
})

it.each([
  [['--kill-at', '11'], /--kill-at takes a step \(1 to 10/],
  [['--kill-at', '0'], /not '0'/],
  [['--colour'], /Unknown option '--colour'/],
  [['--store'], /--store/],
  [['nowhere'], /there is no directory/],
  [['own'], /there is no node_modules in .*own: install first/],
  [['a', 'b'], /one directory/],
  [['--resume', '--fresh'], /leave out --fresh/],
  [['--resume', '.'], /leave out DIRECTORY/],
  [['--llm-model', 'm'], /without --llm-url/],
  [['--llm-url', 'http://x'], /needs --llm-model/],
  [['--llm-url', 'x', '--llm-model', 'm'], /http\(s\)/],
  [['--price-in', 'free'], /--price-in takes an amount/],
  [['--store', '.'], /is not a file/],
])('refuses %j in words', (args, message) => {
  expect(() => read(...args)).toThrow(message)
})

it('refuses a directory without a package', () => {
  mkdirSync(join(dirname(home), 'empty'))
  expect(() => read('../empty')).toThrow(/there is no package.json/)
})

it('knows the files of a store, and only those', () => {
  const names = ['review.db', 'review.db-wal', 'review.db-workers', 'review.db.bodies.jsonl', 'review.dbx', 'review.md']
  expect(names.filter((name) => isOfStore(name, '/a/review.db'))).toEqual(names.slice(0, 4))
})
