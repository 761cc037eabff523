import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { memoryLog, memoryStore } from '@refold/core'
import { openExport, openHistory } from '@refold/core/history'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveSource } from '../server/served.fixture.js'
import type { ServedFixture } from '../server/served.fixture.js'
import { changedVault, KEY, liveVault, PASS, vault } from './vault.fixture.js'

describe('an agent with secrets', () => {
  const log = memoryLog()
  let served: ServedFixture
  let last: number
  beforeAll(async () => {
    await liveVault(memoryStore(log))
    const store = memoryStore(log)
    served = await serveSource(store)
    last = (await openHistory(store, 'vault-1')).last
  })
  afterAll(() => served.close())

  test('INS-20 has none of them in any answer', async () => {
    const at = Array.from({ length: last + 1 }, (_, revision) => revision)
    const paths = [
      '',
      '/skeleton',
      `/rows?from=0&to=${last}`,
      ...at.flatMap((revision) => [
        `/points/${revision}`,
        `/records/${revision}`,
        `/explain/${revision}`,
        `/test?at=${revision}`,
      ]),
      `/points/${last}/value?path=/document/root/context`,
      '/points/1/value?path=/record/data/pass',
      `/diff?from=0&to=${last}`,
      '/blame?path=/context/note',
      '/blame?path=/context/key',
      '/find?where=/context/key',
      '/lanes',
      '/transcript',
      '/export',
    ].map((path) => `/api/agents/vault-1${path}`)
    for (const path of [...paths, '/api/compare?left=vault-1@0&right=vault-1']) {
      const { status, text } = await served.ask(path)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toContain(PASS)
      expect(text).not.toContain(KEY)
    }
    expect(await served.get('/api/agents/vault-1')).toMatchObject({ hidesSecrets: true })
    expect((await served.ask('/api/agents/vault-1/points/1')).text).toContain('by ada: [secret')
  })

  test('INS-17 is given as a file without them, which can be opened', async () => {
    const { text, headers } = await served.ask('/api/agents/vault-1/export')
    expect(headers['content-disposition']).toBe('attachment; filename="vault-1.jsonl"')
    const file = await openExport(new Blob([text]))
    expect(file.isRedacted).toBe(true)
    const history = await openHistory(file, 'vault-1')
    expect((await history.at(last)).active).toEqual(['open'])
    const again = await serveSource(file)
    expect(await again.get('/api/agents/vault-1/points/1')).toMatchObject({ active: ['fetching'] })
    await again.close()
  })

  test('INS-16 becomes a test that passes with its code, and fails where another decides otherwise', async () => {
    const { text, headers } = await served.ask(`/api/agents/vault-1/test?at=${last}`)
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    const [same, other] = [await run(text, 'vault'), await run(text, 'changedVault')]
    expect(same).toMatchObject({ code: 0 })
    expect(same.output).toMatch(/2 passed/)
    expect(other.code).toBe(1)
    expect(other.output).toMatch(/1 failed.*1 passed/)
    expect(other.output).toContain('"/root/context/tries"')
    expect(other.output).toMatch(/"revision": 1/)
  })

  test('INS-16 up to a point that is before what is decided otherwise it passes', async () => {
    const { text } = await served.ask('/api/agents/vault-1/test?at=0')
    expect(await run(text, 'changedVault')).toMatchObject({ code: 0 })
  })
})

const here = fileURLToPath(new URL('.', import.meta.url))
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

const VAULTS = { vault, changedVault }

/** Runs a test in a directory of its own, whose configuration has the vault of that name. */
async function run(
  text: string,
  name: keyof typeof VAULTS,
): Promise<{ readonly code: number; readonly output: string }> {
  const dist = join(here, '..', '..', 'dist')
  mkdirSync(dist, { recursive: true })
  const directory = mkdtempSync(join(dist, 'copied-test-'))
  const conditions = `['@refold/source', 'node']`
  writeFileSync(
    join(directory, 'vitest.config.mjs'),
    `export default { resolve: { conditions: ${conditions} }, ssr: { resolve: { conditions: ${conditions} } } }`,
  )
  writeFileSync(
    join(directory, 'refold.config.js'),
    `import { ${name} } from ${JSON.stringify(join(here, 'vault.fixture.ts'))}\nexport default { agents: [${name}] }`,
  )
  writeFileSync(join(directory, 'copied.test.ts'), text)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--root', directory], {
      env: { ...process.env, NO_COLOR: '1', VITEST: undefined },
    })
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code: number
      readonly stdout: string
      readonly stderr: string
    }
    return { code, output: stdout + stderr }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
