import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { tempFile } from './temp-file.fixture.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const blocks = [...README.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({
  language,
  code,
}))
const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)

/** A project of a user: the file from the README, and the packages as they are published. */
function userProject(): string {
  const directory = dirname(tempFile())
  const [agent] = blocks.filter(({ language }) => language === 'js')
  writeFileSync(join(directory, 'first-agent.mjs'), agent?.code ?? '')
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

function run(command: string, { cwd }: { cwd: string }): { status: number | null; stdout: string; stderr: string } {
  const [, ...args] = command.split(/\s+/)
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
}

it('has a first agent of at most 30 lines that runs as it says, when pasted', () => {
  const cwd = userProject()
  const code = readFileSync(join(cwd, 'first-agent.mjs'), 'utf8')
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(30)
  const commands = shell.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('node '))
  const outputs = commands.map((line) => run(line.replace(/#.*/, '').trim(), { cwd }))
  expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', ''])
  expect(outputs.map(({ stdout }) => stdout)).toEqual([
    'calling the model …\nreview All about whales.\n',
    'review All about whales.\n',
    'published All about whales.\n',
  ])
})

it('has no code that is not run: its other blocks are commands of npm that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'js']))
  const mentioned = [...README.matchAll(/npm (?:run )?(start|test|example|build)\b/g)].map(([, script = '']) => script)
  expect(mentioned).toEqual(expect.arrayContaining(['start', 'test', 'example', 'build']))
  expect(mentioned.filter((script) => scripts[script] === undefined)).toEqual([])
})

it('tells to install what the packages need beside them', () => {
  const [install] = shell.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('npm install'))
  const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'packages/core/package.json'), 'utf8')) as {
    peerDependencies: object
  }
  expect(install?.split(' ').slice(2)).toEqual(
    expect.arrayContaining(['@refold/core', '@refold/sqlite', ...Object.keys(peerDependencies)]),
  )
})

it('links only to what is there', () => {
  const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path)
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

it('names every package that is published, and none that is not', () => {
  const named = new Set([...README.matchAll(/@refold\/([a-z-]+)/g)].map(([, name = '']) => name))
  const published = readdirSync(join(ROOT, 'packages')).filter((name) => {
    const text = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')
    return (JSON.parse(text) as { private?: boolean }).private !== true
  })
  expect([...named].toSorted()).toEqual(published.toSorted())
})

it('has an example list that names each example with what it does', () => {
  const cwd = dirname(tempFile())
  mkdirSync(cwd, { recursive: true })
  const { stdout } = run(`node ${join(ROOT, 'examples/dist/main.js')}`, { cwd })
  const lines = stdout.trim().split('\n').slice(1)
  expect(lines).toHaveLength(readdirSync(join(ROOT, 'examples')).filter((name) => /^\d\d-/.test(name)).length)
  for (const line of lines) expect(line).toMatch(/^ {2}\d\d [A-Z].+: \S.{10,}/)
})

it('lists each example by the number that runs it', () => {
  const { stdout } = run('node examples/dist/main.js', { cwd: ROOT })
  const listed = [...stdout.matchAll(/^ {2}(\d\d) /gm)].map(([, number]) => number)
  const runnable = readdirSync(join(ROOT, 'examples'))
    .filter((name) => existsSync(join(ROOT, 'examples', name, 'main.ts')) && /^\d\d-/.test(name))
    .map((name) => name.slice(0, 2))
  expect(listed).toEqual(runnable)
})
