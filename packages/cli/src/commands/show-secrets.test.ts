/** What schemas say is secret, as the commands and tools show it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const moduleUrl = (name: string): string => fileURLToPath(new URL(`../../../${name}/dist/index.js`, import.meta.url))

const CONFIG = `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
const machine = setup({}).createMachine({
  context: ({ input }) => ({ card: 'card ' + input.card, note: '' }),
  initial: 'asking',
  states: {
    asking: { on: { pay: 'paid', end: 'ended', note: { actions: assign({ note: ({ event }) => event.text }) } } },
    paid: {},
    ended: { type: 'final' },
  },
  output: ({ context }) => context.card,
})
const order = defineAgent({
  name: 'order', version: 1, machine,
  input: z.object({ card: z.string().meta({ secret: true }) }),
  events: { pay: z.object({}), end: z.object({}), note: z.object({ text: z.string() }) },
  approvals: { pay: ({ context }) => ({ with: context.card }) },
})
export default { agents: [order], store: () => sqliteStore(new URL('orders.db', import.meta.url).pathname) }
`

const CARD = '4111-1111-2222'

describe('secret fields in the terminal', () => {
  let project: Project
  beforeAll(async () => {
    project = makeProject(CONFIG)
    await project.run('start', 'order', '--id', '1', '--input', JSON.stringify({ card: CARD }))
    await project.run(
      'send',
      'order-1',
      'note',
      JSON.stringify({ text: `it is ${CARD}` }),
      '--reason',
      `asked for ${CARD}`,
    )
  })
  afterAll(() => project.remove())

  test.each([
    [['show', 'order-1']],
    [['history', 'order-1', '--payload']],
    [['state', 'order-1']],
    [['diff', 'order-1', '0..1']],
    [['blame', 'order-1', '/context/note']],
    [['explain', 'order-1@1']],
    [['tail', 'order-1', '--once']],
    [['approve', 'order-1', 'pay', '--show']],
  ])('CLI-122 %j hides them, and shows them with --show-secrets', async (args) => {
    for (const form of [[], ['--json']]) {
      const hidden = await project.run(...args, ...form)
      expect(hidden).toMatchObject({ code: 0, stderr: '' })
      expect(hidden.stdout).toContain('[secret 1]')
      expect(hidden.stdout).not.toContain(CARD)
      expect((await project.run(...args, ...form, '--show-secrets')).stdout).toContain(CARD)
    }
  })

  test('CLI-122 verify hides what was recorded otherwise, and what is today', async () => {
    const config = join(project.directory, 'refold.config.mjs')
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.replace("'card ' + input.card", "'cards ' + input.card"))
    const hidden = await project.run('verify', 'order-1', '--json')
    expect(hidden).toMatchObject({ code: 1, stderr: '' })
    expect(hidden.stdout).toContain('card [secret 1]')
    expect(hidden.stdout).not.toContain(CARD)
    expect((await project.run('verify', 'order-1', '--json', '--show-secrets')).stdout).toContain(`cards ${CARD}`)
    writeFileSync(config, text)
  })

  test('CLI-122 conditions see what is stored', async () => {
    const where = ['--where', `/context/card=card ${CARD}`, '--json']
    expect(JSON.parse((await project.run('find', 'order-1', ...where)).stdout)).toMatchObject([{ revision: 0 }])
    expect(JSON.parse((await project.run('ls', ...where)).stdout)).toMatchObject([{ stream: 'order-1' }])
  })

  test('CLI-442 wait hides them in what an agent ended with', async () => {
    await project.run('start', 'order', '--id', '2', '--input', JSON.stringify({ card: CARD }))
    await project.run('send', 'order-2', 'end')
    const hidden = await project.run('wait', 'order-2', '--json')
    expect(JSON.parse(hidden.stdout)).toMatchObject({ status: 'done', output: 'card [secret 1]' })
    const shown = await project.run('wait', 'order-2', '--json', '--show-secrets')
    expect(JSON.parse(shown.stdout)).toMatchObject({ output: `card ${CARD}` })
  })

  test('CLI-122 the tools of refold mcp hide them, unless it is started with --show-secrets', async () => {
    const answerOf = async (...more: string[]): Promise<string> => {
      const client = new Client({ name: 'a-coder', version: '1' })
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp', ...more], cwd: project.directory }),
      )
      const { content } = await client.callTool({ name: 'state', arguments: { agent: 'order-1' } })
      await client.close()
      return JSON.stringify(content)
    }
    expect(await answerOf()).not.toContain(CARD)
    expect(await answerOf('--show-secrets')).toContain(CARD)
  })
})
