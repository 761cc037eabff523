/** Completion, as shells ask for it. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const run = promisify(execFile)

describe('completion', () => {
  let project: Project
  let PATH: string
  beforeAll(async () => {
    project = makeProject()
    for (const id of ['1', '12', '2']) await project.run('start', 'plan', '--id', id, '--store', 'refold.db')
    writeFileSync(join(project.directory, 'refold.config.mjs'), "throw new Error('loaded')")
    const bin = join(project.directory, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'refold'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 })
    PATH = `${bin}${delimiter}${process.env['PATH']}`
  })
  afterAll(() => project.remove())

  async function words(...line: string[]): Promise<readonly string[]> {
    const { code, stdout, stderr } = await project.run('complete', '--', ...line)
    expect([code, stderr]).toEqual([0, ''])
    return stdout === ''
      ? []
      : stdout
          .trimEnd()
          .split('\n')
          .map((each) => each.split('\t')[0] ?? '')
  }

  test('CLI-106 completes commands and options, with what they mean', async () => {
    expect(await words('re')).toEqual(expect.arrayContaining(['resume', 'retry', 'resolve', 'rebuild']))
    expect(await words('')).toContain('completion')
    expect(await words('')).not.toContain('complete')
    expect(await words('ls', '--o')).toEqual(['--owner', '--overdue'])
    expect((await project.run('complete', '--', 'docto')).stdout).toMatch(/^doctor\tlook through a store/)
    expect(await words('bogus', '')).toEqual([])
  })

  test('CLI-106 completes choices, agents and definitions where they stand', async () => {
    expect(await words('ls', '--status', '')).toEqual(['active', 'done', 'error', 'stopped'])
    expect(await words('chart', '--format', 's')).toEqual(['svg'])
    expect(await words('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(await words('send', 'plan-1')).toEqual(['plan-1', 'plan-12'])
    expect(await words('send', 'plan-1', '')).toEqual([])
    expect(await words('cancel', '--reason', 'why', 'plan-1', 'plan-')).toEqual(['plan-1', 'plan-12', 'plan-2'])
    expect(await words('tail', 'pl')).toEqual(['plan', 'plan-1', 'plan-12', 'plan-2'])
    expect(await words('ls', '')).toEqual(['plan'])
    expect(await words('pause', '--definition', '')).toEqual(['plan'])
    expect(await words('ls', '--store', 'nowhere.db', '')).toEqual([])
    expect(await words('ls', '--store=refold.db', 'p')).toEqual(['plan'])
    expect(await words('ls', '--store', '')).toEqual([])
  })

  test('CLI-787 a store that does not answer is not waited for', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const begun = performance.now()
    expect(await words('show', '--store', `esdb://127.0.0.1:${port}?tls=false`, '')).toEqual([])
    expect(performance.now() - begun).toBeLessThan(8_000) // it would be ten seconds
    silent.close()
  })

  const ASK: Readonly<Record<string, string>> = {
    bash: 'source <(refold completion bash); COMP_WORDS=(refold send plan-1); COMP_CWORD=2; _refold; printf "%s\\n" "${COMPREPLY[@]}"',
    zsh: `compdef() { :; }; compadd() { print -l -- $found; }; source <(refold completion zsh); words=(refold send plan-1); CURRENT=3; _refold`,
    fish: "refold completion fish | source; complete -C 'refold send plan-1' | cut -f1",
  }

  test.for(Object.entries(ASK))(
    'CLI-106 the script of %s asks for the words of its line',
    async ([shell, script], context) => {
      if (!(await isThere(shell))) return context.skip(`${shell} is not installed`)
      const { stdout } = await run(shell, [...(shell === 'bash' ? ['--norc'] : []), '-c', script], {
        cwd: project.directory,
        env: { ...process.env, PATH },
      })
      expect(stdout.trim().split('\n').toSorted()).toEqual(['plan-1', 'plan-12'])
    },
  )

  async function isThere(shell: string): Promise<boolean> {
    return run(shell, ['-c', 'exit 0']).then(
      () => true,
      () => false,
    )
  }
})
