/** What the commands that act tell of the record that they made. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'

const CORE = new URL('../../../core/dist/index.js', import.meta.url).href
const XSTATE = import.meta.resolve('xstate')

test('CLI-339 a start and a send tell the revision of their records, which --expect takes', async () => {
  const project = makeProject()
  const file = join(project.directory, 'told.mjs')
  writeFileSync(
    file,
    `import { defineAgent } from ${JSON.stringify(CORE)}
    import { setup } from ${JSON.stringify(XSTATE)}
    const machine = setup({}).createMachine({ initial: 'a', states: { a: { on: { on: { actions: () => {} } } } } })
    export default { agents: [defineAgent({ name: 'told', version: 1, machine })] }`,
  )
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await project.run(...args, '--config', file, '--json')).stdout || '{}')
  expect(await json('start', 'told', '--id', '1')).toEqual({ agent: { name: 'told', id: '1' }, revision: 0 })
  expect(await json('start', 'told', '--id', '2', '--event', 'on')).toMatchObject({ revision: 1 })
  expect(await json('send', 'told-1', 'on', '--expect', '0')).toMatchObject({ revision: 1, value: 'a' })
  expect(await json('send', 'told-1', 'on', '--expect', '1')).toMatchObject({ revision: 2 })
  expect((await project.run('send', 'told-1', 'on', '--expect', '1', '--config', file)).stderr).toContain(
    'WRONG_REVISION',
  )
  project.remove()
})
