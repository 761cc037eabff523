/** The packages as a user gets them: packed, installed together where nothing of the repository is, and used as the READMEs say. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { TestContext } from 'vitest'
import { codeBlocks, saidOutput, shellLines } from './packed-packages/code-blocks.js'
import { compile, installPacked, runNode, runShell } from './packed-packages/user-project.js'
import type { UserProject } from './packed-packages/user-project.js'
import { root, workspacePackages } from './packages/package-files.js'

const packages = workspacePackages()
const readme = codeBlocks(readFileSync(join(root, 'README.md'), 'utf8'))
const firstAgent = readme.find(({ language }) => language === 'js')?.code ?? ''
const firstCommands = shellLines(readme).filter((line) => line.startsWith('node '))
const FIRST_OUTPUTS = [
  'calling the model …\nreview All about whales.\n',
  'review All about whales.\n',
  'published All about whales.\n',
]

/** Each program of a package's README. */
const programs = packages.flatMap(({ folder, directory, manifest }) =>
  codeBlocks(readFileSync(join(directory, 'README.md'), 'utf8'))
    .filter(({ language }) => language === 'js')
    .map(({ code }, index) => ({
      title: `${manifest.name}, ${index + 1}`,
      file: `${folder.replace('packages/', '')}-${index + 1}`,
      code,
    })),
)
const needsServer = (code: string): boolean => code.includes('127.0.0.1:2113')

let installed: ReturnType<typeof installPacked> | undefined
beforeAll(() => {
  installed = installPacked()
})
afterAll(() => {
  if (installed !== undefined && 'directory' in installed) installed.dispose()
})

function project(context: TestContext): UserProject {
  if (installed === undefined) throw new Error('nothing was installed')
  if ('outOfReach' in installed) context.skip(`no package registry can be reached (${installed.outOfReach})`)
  return installed
}

it('hold their README and their license, and no tests', (context) => {
  for (const { manifest } of packages) {
    const files = project(context).packed.get(manifest.name) ?? []
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']))
    expect(files.filter((path) => /\.(test|fixture)\.|tsbuildinfo/.test(path))).toEqual([])
  }
})

it('run the first agent of the README as JavaScript', (context) => {
  const { directory } = project(context)
  writeFileSync(join(directory, 'first-agent.mjs'), firstAgent)
  const outputs = firstCommands.map((line) => runNode(line.split(/\s+/).slice(1), { cwd: directory }))
  expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', ''])
  expect(outputs.map(({ stdout }) => stdout)).toEqual(FIRST_OUTPUTS)
})

const STRICT = { strict: true, noUncheckedIndexedAccess: true, target: 'es2023', module: 'nodenext' }

it('run the same text as TypeScript', (context) => {
  const { directory } = project(context)
  writeFileSync(join(directory, 'first-agent.ts'), firstAgent)
  writeFileSync(join(directory, 'first-agent.mts'), firstAgent.replace('agents.db', 'typed-agents.db'))
  expect(compile(directory, { ...STRICT, skipLibCheck: false }).stdout).toBe('')
  const outputs = firstCommands.map((line) => {
    const [, , ...args] = line.split(/\s+/)
    return runNode(['out/first-agent.mjs', ...args], { cwd: directory })
  })
  expect(outputs.map(({ stderr }) => stderr)).toEqual(['', '', ''])
  expect(outputs.map(({ stdout }) => stdout)).toEqual(FIRST_OUTPUTS)
})

it('are imported at every entry point, and their declarations compile', (context) => {
  const { directory } = project(context)
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {}).map((entry) => manifest.name + entry.slice(1)),
  )
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'\n`)
  const lines = entries.map((entry, index) => `console.log('${entry}', Object.keys(entry${index}).length)\n`)
  writeFileSync(join(directory, 'entry-points.ts'), [...imports, ...lines].join(''))
  expect(compile(directory, { ...STRICT, skipLibCheck: false }).stdout).toBe('')
  // XState's own declarations do not compile so.
  const stricter = compile(directory, {
    ...STRICT,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  })
  expect(
    stricter.stdout.split('\n').filter((line) => /^\S/.test(line) && !/^node_modules\/(?!@refold)/.test(line)),
  ).toEqual([])
  const { stdout, stderr } = runNode(['out/entry-points.js'], { cwd: directory })
  expect(stderr).toBe('')
  expect(stdout.match(/^@refold\/\S+ [1-9]\d*$/gm)).toHaveLength(entries.length)
})

it('have READMEs whose programs compile as TypeScript', (context) => {
  const { directory } = project(context)
  for (const { file, code } of programs) writeFileSync(join(directory, `${file}.ts`), code)
  expect(compile(directory, { ...STRICT, skipLibCheck: false }).stdout).toBe('')
})

it.for(programs)('have a README whose program runs: $title', async ({ file, code }, context) => {
  const { directory } = project(context)
  const port = needsServer(code) ? await startServer(directory) : ''
  writeFileSync(join(directory, `${file}.mjs`), code.replace('127.0.0.1:2113', `127.0.0.1:${port}`))
  const { status, stdout, stderr } = runNode([`${file}.mjs`], { cwd: directory })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const said = saidOutput(code)
  expect(stdout.split('\n').filter((line) => said.includes(line))).toEqual(said)
})

it('have commands that run as the README says', (context) => {
  const { directory } = project(context)
  const readme = codeBlocks(readFileSync(join(root, 'packages/cli/README.md'), 'utf8'))
  writeFileSync(join(directory, 'refold.config.js'), readme.find(({ language }) => language === 'js')?.code ?? '')
  const commands = shellLines(readme).filter((line) => line.startsWith('npx refold ') && !line.includes(' up '))
  const ended = commands.map((line) => runShell(line.replace('npx', 'npx --offline'), { cwd: directory }))
  expect(ended.map(({ stderr }) => stderr)).toEqual(commands.map(() => ''))
  expect(ended.map(({ stdout }) => stdout)).toEqual([
    expect.stringContaining('letter-1'),
    expect.stringMatching(/letter-1\t.*\treview/),
    expect.stringContaining('published'),
    expect.any(String),
  ])
})

/** A server for one test; resolves with its port. */
async function startServer(directory: string): Promise<string> {
  const command = join(directory, 'node_modules/.bin/refold-dev-server')
  const server = spawn(command, ['--memory', '--port', '0'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    server.kill()
    if (server.exitCode === null) await once(server, 'exit')
  })
  for await (const line of createInterface({ input: server.stdout })) {
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (port !== undefined) return port
  }
  throw new Error('the server did not say where it is')
}
