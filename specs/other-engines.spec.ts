/** What runs the code leaves no trace in a file: agents go on under another engine. Bun and Deno are asked where they are on the PATH. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const PLAN = fileURLToPath(new URL('real-processes/plan-on-any-engine.mjs', import.meta.url))
const NODE = [process.execPath, '--no-warnings']
const ENGINES: { readonly [name: string]: readonly string[] } = {
  Bun: ['bun'],
  Deno: ['deno', 'run', '--allow-all', '--quiet'],
}

describe.each(Object.entries(ENGINES))('RCV-175 %s', (name, engine) => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'refold-engine-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  function run([program = '', ...options]: readonly string[], ...args: readonly string[]) {
    return spawnSync(program, [...options, PLAN, join(directory, 'agents.db'), ...args], { encoding: 'utf8' })
  }
  const isThere = spawnSync(engine[0] ?? '', ['--version']).status === 0

  test.for([
    ['itself', engine, engine],
    ['what died under Node', NODE, engine],
    ['what Node goes on with', engine, NODE],
  ] as const)('goes on at the step of a kill: %s', ([, first, next], context) => {
    if (!isThere) return context.skip(`no ${name} is on the PATH`)
    expect(run(first, '3')).toMatchObject({ signal: 'SIGKILL', stdout: '' })
    const { stdout, stderr } = run(next)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ bodies: [3, 4], steps: ['step 1', 'step 2', 'step 3', 'step 4'] })
  })
})
