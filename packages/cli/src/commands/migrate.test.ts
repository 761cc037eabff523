/** Moving agents to another version from the command line: real processes on a real file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'

const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

/** Version 2 calls `review` `approval`; `waiting` is in both. */
const FORMS = `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { setup } from ${JSON.stringify(import.meta.resolve('xstate'))}

const form = (version, review) => defineAgent({
  name: 'form',
  version,
  machine: setup({}).createMachine({
    id: 'form',
    initial: 'waiting',
    states: { waiting: { on: { go: review } }, [review]: { on: { ok: 'done' } }, done: { type: 'final' } },
  }),
})
const agents = [form(1, 'review')]
if (process.env.REFOLD_BOTH) agents.push(form(2, 'approval'))
export default { agents, store: () => sqliteStore(new URL('forms.db', import.meta.url).pathname) }
`

describe('refold migrate', () => {
  let project: Project
  const run = (...args: string[]): Promise<Ended> => project.run(...args, '--config', 'forms.mjs')
  const patch = '[{"op":"replace","path":"/root/value","value":"approval"}]'
  const moving = (...args: string[]): Promise<Ended> => run('migrate', ...args, '--to', '2')

  beforeAll(async () => {
    project = makeProject()
    const file = join(project.directory, 'forms.mjs')
    writeFileSync(file, FORMS)
    for (const id of ['1', '2', '3', '4']) await run('start', 'form', '--id', id)
    await run('send', 'form-3', 'go')
    await run('send', 'form-4', 'go')
    writeFileSync(file, FORMS.replace('process.env.REFOLD_BOTH', 'true'))
  })
  afterAll(() => project.remove())

  test('CLI-63 the plan tells who would move and what would be refused, and moves no one', async () => {
    const { code, stdout } = await moving('form', '--plan')
    expect(code).toBe(1)
    expect(stdout).toBe(`2 of 4 agents would move, 2 would be refused

form@1 in waiting: 2 agents (form-1, form-2)
  to version 2 in waiting: nothing else changes

form@1 in review: 2 agents (form-3, form-4)
  error[NEEDS_MIGRATION] version 2 of form has no place for what the agent holds
  no place for state "review"
`)
    const patched = await moving('form-3', '--plan', '--patch', patch)
    expect(patched).toMatchObject({ code: 0, stderr: '' })
    expect(patched.stdout).toContain('to version 2 in approval\n  replace /root/value "approval"\n')
    const json = await moving('form-1', 'form-3', '--plan', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject([
      { agent: { id: '1' }, from: 1, to: 2, activeAfter: ['waiting'], changes: [] },
      { agent: { id: '3' }, refused: { code: 'NEEDS_MIGRATION' } },
    ])
    expect((await run('ls', '--version', '2', '-q')).stdout).toBe('')
    const among = await moving('form-1', 'form-9', '--plan')
    expect(among.stdout).toContain('form: 1 agent (form-9)\n  error[NOT_FOUND]')
  })

  test('CLI-379 a patch that is no list is a mistake of the command, and one with a test moves those alone that it is meant for', async () => {
    const { code, stderr } = await moving('form', '--plan', '--patch', '{"op":"replace"}')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--patch: must be a list of operations')])
    const tested = `[{"op":"test","path":"/root/value","value":"review"},${patch.slice(1)}`
    const { stdout } = await moving('form', '--plan', '--patch', tested)
    expect(stdout).toContain('2 of 4 agents would move, 2 would be refused')
    expect(stdout).toContain('The operation test /root/value does not fit: another value stands there.')
    expect(stdout).toContain('form@1 in review: 2 agents (form-3, form-4)\n  to version 2 in approval')
  })

  test('CLI-127 the recovery plan names the command that shows what a migration would change', async () => {
    const file = join(project.directory, 'forms.mjs')
    writeFileSync(file, FORMS.replace(/^const agents = .*\n.*$/m, "const agents = [form(2, 'approval')]"))
    const { code, stdout } = await run('plan')
    writeFileSync(file, FORMS.replace('process.env.REFOLD_BOTH', 'true'))
    expect(code).toBe(0)
    const command = 'refold migrate form --to 2 --plan --config forms.mjs'
    expect(stdout).toContain(`the version is not registered here (form-1, form-2): \`${command}\``)
    expect(stdout).toContain(`2 agents of form@1 in review: `)
    expect((await project.run(...command.split(' ').slice(1))).stdout).toContain('2 of 4 agents would move')
  })

  test('CLI-64 apply asks, moves those that have a place, tells who was refused, and goes on when it is given again', async () => {
    expect(await moving('form', '--apply')).toMatchObject({ code: 2, stdout: '' })
    const some = await moving('form', '--apply', '--yes', '--by', 'ana', '--reason', 'new names')
    expect(some.code).toBe(1)
    expect(some.stdout.split('\n').map((line) => line.split('\t').slice(0, 2).join(' '))).toEqual([
      'form-1 running',
      'form-2 running',
      'form-3 error[NEEDS_MIGRATION]',
      'form-4 error[NEEDS_MIGRATION]',
      '',
    ])
    const rest = await moving('form', '--apply', '--yes', '--patch', patch)
    expect(rest).toMatchObject({ code: 0, stdout: 'form-3\trunning\t"approval"\nform-4\trunning\t"approval"\n' })
    expect(await moving('form', '--apply')).toEqual({ code: 0, stdout: 'no agent is to be moved\n', stderr: '' })
    expect((await run('ls', '--version', '2', '-q')).stdout).toBe('form-1\nform-2\nform-3\nform-4\n')
    const { stdout } = await run('tail', 'form-1', '--once', '--json')
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object)
        .at(-1),
    ).toMatchObject({
      type: 'refold.migrated',
      by: 'ana',
    })
  })

  test('VER-5 the histories of agents that were moved are verified by both versions', async () => {
    expect(await run('verify', '--all')).toMatchObject({ code: 0 })
  })

  test.each([
    [['form-1', '--to', '2'], 2, 'INVALID_INPUT'],
    [['form-1', '--to', '2', '--plan', '--apply'], 2, 'INVALID_INPUT'],
    [['form-1', '--to', '3', '--plan'], 3, 'UNKNOWN_DEFINITION'],
    [['form-9', '--to', '2', '--apply'], 3, 'NOT_FOUND'],
    [['form-1', '--to', '2', '--plan', '--patch', '{'], 2, 'INVALID_INPUT'],
    [['form-1', 'form', '--to', '2', '--plan'], 2, 'INVALID_ID'],
  ])('CLI-63 %j ends with code %i and %s', async (args, code, name) => {
    const ended = await run('migrate', ...args)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(`error[${name}]`)
  })
})
