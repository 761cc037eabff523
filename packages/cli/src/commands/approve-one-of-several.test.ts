/** Several questions of one event type, answered from the command line: real processes on a real file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'

const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

const TOOLS = `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}

const machine = setup({}).createMachine({
  context: { calls: { c1: 'delete the file', c2: 'send the mail' } },
  initial: 'asking',
  states: { asking: { on: { allow: { actions: assign({ calls: ({ context, event }) => {
    const { [event.call]: _answered, ...rest } = context.calls
    return rest
  } }) } } } },
})
const tools = defineAgent({ name: 'tools', version: 1, machine, approvals: { allow: ({ context, about }) => context.calls[about?.call] } })
export default { agents: [tools], store: () => sqliteStore(new URL('tools.db', import.meta.url).pathname) }
`

let project: Project
const run = (...args: string[]): Promise<Ended> =>
  project.run(...args, '--config', join(project.directory, 'tools.mjs'))

beforeAll(async () => {
  project = makeProject()
  writeFileSync(join(project.directory, 'tools.mjs'), TOOLS)
  await run('start', 'tools', '--id', '1')
})
afterAll(() => project.remove())

test('CLI-381 the question is the one about what the event says, without --about', async () => {
  const shown = await run('approve', 'tools-1', 'allow', '{"call":"c2"}', '--show')
  expect(shown.stdout).toBe('tools-1 asks for "allow" at revision 0, about:\n"send the mail"\n')
  expect(await run('approve', 'tools-1', 'allow', '{"call":"c2"}', '--by', 'ana', '--yes')).toMatchObject({ code: 0 })
  expect((await run('state', 'tools-1', '--path', '/context/calls')).stdout).toBe('{\n  "c1": "delete the file"\n}\n')
})

test('CLI-381 what nothing is asked about is refused, and says how one of several is named', async () => {
  const answered = await run('approve', 'tools-1', 'allow', '{"call":"c9"}', '--by', 'ana', '--yes')
  expect(answered.stderr).toContain('error[EVENT_NOT_ACCEPTED] nothing is to be approved about {"call":"c9"}')
  const unnamed = await run('approve', 'tools-1', 'allow', '--by', 'ana', '--yes')
  expect(unnamed.stderr).toContain('One of several questions is named by `about`.')
})
