/** Programs for Node that were bundled into one file with all that they use, and run where nothing else of it is. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from './packages/package-files.js'

const ENTRY = '\0entry'
const run = promisify(execFile)

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'refold-bundled-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Some bundlers know no `import.meta.url` in CommonJS: `isBlind`. */
async function bundled(code: string, { isBlind = false } = {}): Promise<string> {
  const build = await rolldown({
    input: ENTRY,
    platform: 'node',
    external: ['better-sqlite3'],
    resolve: { conditionNames: ['@refold/source', 'import', 'node'] },
    ...(isBlind ? { transform: { define: { 'import.meta.url': 'undefined' } } } : undefined),
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? code : undefined),
      },
    ],
  })
  const file = join(directory, isBlind ? 'program.cjs' : 'program.mjs')
  await build.write({ file, format: isBlind ? 'cjs' : 'esm', codeSplitting: false })
  return file
}

/** What the program prints. One that does not come to an end fails the test. */
async function printed(file: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--no-warnings', file], { cwd: directory, timeout: 60_000 })
  return stdout.trim()
}

/** Makes a package be installed beside the program. */
function install(name: string, from: string): void {
  mkdirSync(join(directory, 'node_modules', name, '..'), { recursive: true })
  symlinkSync(from, join(directory, 'node_modules', name))
}

const INSPECTOR = `
  import { memoryStore } from '@refold/core'
  import { createInspector } from '@refold/inspector'
  const main = async () => {
    const inspector = await createInspector({ store: memoryStore(), port: 0 })
    console.log((await fetch(inspector.url)).status)
    await inspector.close()
  }
  main().catch(({ code, hint }) => console.log(code, hint))
`

describe('a program that was bundled with all that it uses', { timeout: 120_000 }, () => {
  it.each([false, true])('INS-129 is told that the inspector has no page there (blind: %s)', async (isBlind) => {
    expect(await printed(await bundled(INSPECTOR, { isBlind }))).toMatch(
      /^NOT_FOUND .*leave @refold\/inspector out of the/,
    )
  })

  it.each([false, true])('INS-129 shows the page of the package beside it (blind: %s)', async (isBlind) => {
    install('@refold/inspector', join(root, 'packages/inspector'))
    expect(await printed(await bundled(INSPECTOR, { isBlind }))).toBe('200')
  })

  const hasOwn = process.getBuiltinModule('node:sqlite' as 'sqlite') !== undefined
  it.skipIf(hasOwn)(
    'SQL-64 loads better-sqlite3 from beside it, also as CommonJS without a URL of its own',
    async () => {
      install('better-sqlite3', join(root, 'node_modules/better-sqlite3'))
      const code = `
      import { sqliteStore } from '@refold/sqlite'
      const store = sqliteStore('agents.db')
      store.registers.put('a', 1).then(() => store.registers.get('a')).then((value) => console.log(value)).finally(() => store.close())
    `
      expect(await printed(await bundled(code, { isBlind: true }))).toBe('1')
    },
  )
})
