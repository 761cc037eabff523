/** The server as its clients meet it: the SDK's own client, over a real process. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProgram } from '../program.js'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'
import { commandLineOf } from './command-line.js'
import { toolsFor } from './tools.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

const CONFIG = `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
const machine = setup({}).createMachine({
  context: ({ input }) => ({ price: input?.price ?? 0 }),
  initial: 'asking',
  states: { asking: { on: { accept: 'sent', note: 'asking' } }, sent: { type: 'final' } },
})
export default {
  agents: [defineAgent({ name: 'order', version: 1, machine, approvals: { accept: ({ context }) => ({ price: context.price }) } })],
  store: () => sqliteStore(new URL('orders.db', import.meta.url).pathname),
}
`

describe('refold mcp', () => {
  let project: Project
  let looking: Client
  let acting: Client

  beforeAll(async () => {
    project = makeProject(CONFIG)
    await project.run('start', 'order', '--id', '1', '--input', '{"price":7}')
    looking = await connected()
    acting = await connected('--write')
  })
  afterAll(async () => {
    await looking.close()
    await acting.close()
    project.remove()
  })

  async function connected(...args: string[]): Promise<Client> {
    const client = new Client({ name: 'a-coder', version: '1' })
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [MAIN, 'mcp', ...args],
        cwd: project.directory,
        stderr: 'inherit',
      }),
    )
    return client
  }

  async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
    const { content, isError = false } = await client.callTool({ name, arguments: given })
    const [{ text }] = content as [{ readonly text: string }]
    // An array stands one entry a line; behind what else is answered, notes may follow.
    const [first = ''] = text.startsWith('[') ? [text] : text.split('\n')
    return { isError, text, answer: JSON.parse(first) as unknown }
  }

  test('CLI-101 what looks is there, and what acts only with --write', async () => {
    const names = async (client: Client): Promise<readonly string[]> =>
      (await client.listTools()).tools.map(({ name }) => name)
    expect(await names(looking)).toEqual(
      'ls tail wait plan chart stats doctor approval show history state diff blame explain find verify consumers parked query'.split(
        ' ',
      ),
    )
    expect(await names(acting)).toEqual([
      ...(await names(looking)),
      'start',
      'send',
      'approve',
      'resolve',
      'retry',
      'parked-retry',
      'parked-skip',
      'pause',
      'resume',
      'cancel',
      'fork-plan',
      'fork',
    ])
    const { isError, answer } = await call(looking, 'send', { agent: 'order-1', event: 'note' })
    expect([isError, answer]).toMatchObject([
      true,
      { error: { code: 'INVALID_INPUT', hint: expect.stringContaining('--write') } },
    ])
    expect((await call(looking, 'nonsense')).answer).toMatchObject({ error: { hint: 'List the tools.' } })
  })

  test('CLI-101 a tool answers what its command prints', async () => {
    const [listed, chart, plan] = [
      await call(looking, 'ls', { limit: 10 }),
      await call(looking, 'chart', { agent: 'order-1' }),
      await call(looking, 'plan'),
    ]
    expect(listed.answer).toEqual(JSON.parse((await project.run('ls', '--json')).stdout))
    expect(chart.answer).toMatchObject({ definition: 'order', active: ['asking'] })
    expect(plan.answer).toMatchObject({ resumed: [] })
    expect((await call(looking, 'tail', { who: 'order-1' })).answer).toMatchObject({ type: 'refold.started' })
    expect((await call(looking, 'doctor')).answer).toMatchObject({ agents: 1, findings: [] })
    expect((await call(looking, 'wait', { agent: 'order-1', state: 'asking', timeout: 9 })).answer).toMatchObject({
      value: 'asking',
    })
    expect((await call(looking, 'show', { agent: 'order-1' })).answer).toMatchObject({ condition: 'running' })
    expect((await call(looking, 'find', { agent: 'order-1', where: ['state=asking'] })).isError).toBe(false)
    expect((await call(looking, 'state', { agent: 'order-1', path: '/status' })).answer).toBeDefined()
    expect((await call(looking, 'verify', { all: true, limit: 5 })).answer).toMatchObject({ isSame: true })
    const lost = await call(looking, 'wait', { agent: 'order-9', timeout: 1 })
    expect([lost.isError, lost.answer]).toMatchObject([true, { error: { code: 'NOT_FOUND' } }])
  })

  test('CLI-101 CLI-104 what acts is recorded with the name of the client; an approval is of what was shown', async () => {
    await call(acting, 'start', { definition: 'order', id: '2', input: { price: 9 } })
    expect((await call(acting, 'pause', { agents: ['order-2'], reason: 'looking' })).answer).toMatchObject([
      { condition: 'paused' },
    ])
    expect((await call(acting, 'resume', { agents: ['order-2'] })).answer).toMatchObject([{ condition: 'running' }])
    const { answer } = await call(acting, 'approval', { agent: 'order-2', event: 'accept' })
    const { payload, payloadHash, revision } = answer as {
      readonly payload: unknown
      readonly payloadHash: string
      readonly revision: number
    }
    expect(payload).toEqual({ price: 9 })
    const other = (await call(acting, 'approval', { agent: 'order-1', event: 'accept' })).answer as {
      readonly payloadHash: string
    }
    const stale = await call(acting, 'approve', {
      agent: 'order-2',
      event: 'accept',
      shown: other.payloadHash,
      revision,
    })
    expect([stale.isError, stale.answer]).toMatchObject([true, { error: { code: 'STALE_APPROVAL' } }])
    const again = await call(acting, 'approve', { agent: 'order-2', event: 'accept', shown: payloadHash, revision: 99 })
    expect([again.isError, again.answer]).toMatchObject([true, { error: { code: 'STALE_APPROVAL' } }])
    expect(
      (await call(acting, 'approve', { agent: 'order-2', event: 'accept', shown: payloadHash, revision })).answer,
    ).toMatchObject({ status: 'done' })
    const fork = { agent: 'order-2', as: '2b', at: '0' }
    expect((await call(acting, 'fork-plan', fork)).isError).toBe(false)
    expect((await call(acting, 'fork', fork)).answer).toBeDefined()
    expect((await call(looking, 'show', { agent: 'order-2b' })).answer).toMatchObject({ condition: 'paused' })
    const { stdout } = await project.run('tail', 'order-2', '--once', '--json')
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly by?: string })
    expect(records.map(({ by }) => by)).toEqual(Array(4).fill('mcp a-coder'))
  })

  test('CLI-102 what a client gives is no option and no file', async () => {
    writeFileSync(join(project.directory, 'secret.json'), '{"price":1}')
    for (const agents of [['--all'], ['--definition=order'], ['-y']])
      expect((await call(acting, 'cancel', { agents })).answer).toMatchObject({ error: { code: 'INVALID_ID' } })
    const sent = await call(acting, 'send', { agent: 'order-1', event: 'note', payload: '@secret.json' })
    expect(sent.answer).toMatchObject({ error: { code: 'INVALID_INPUT' } })
    const listed = await call(looking, 'ls', { definition: '--help', limit: 5 })
    expect(listed.answer).toMatchObject({ error: { code: 'NOT_FOUND' } })
    expect(
      (await call(acting, 'send', { agent: 'order-1', event: 'note', reason: '--keep', id: '--store=x.db' })).answer,
    ).toMatchObject({ value: 'asking' })
  })

  test.each([
    ['ls', { limit: 'many' }, 'wants "limit" as integer'],
    ['ls', { limit: 5, store: 'other.db' }, 'takes no "store"'],
    ['ls', {}, 'needs "limit"'],
    ['ls', { limit: 5, overdue: 'yes' }, 'wants "overdue" as boolean'],
    ['retry', { agents: 'order-1' }, 'wants "agents" as a list of strings'],
    ['retry', { agents: [] }, 'wants "agents"'],
    ['retry', { agents: [{}] }, 'wants "agents"'],
    ['send', { agent: 7, event: 'note' }, 'wants "agent" as string'],
    ['fork', { agent: 'order-1', as: 'x', outcome: { effect: 'a=@secret.json', complete: 1 } }, 'wants "outcome"'],
    ['fork', { agent: 'order-1', as: 'x', outcome: { effect: 'a', complete: 1, fail: 'b' } }, 'wants "outcome"'],
    ['fork', { agent: 'order-1', as: 'x', outcome: 'a=1' }, 'wants "outcome"'],
    ['parked-skip', { consumer: 'mailer' }, 'needs "keys"'],
  ])('CLI-102 %s with %j is refused', async (name, given, message) => {
    const { isError, answer } = await call(acting, name, given)
    expect([isError, answer]).toMatchObject([
      true,
      { error: { code: 'INVALID_INPUT', message: expect.stringContaining(message) } },
    ])
  })

  test('CLI-103 a change of the code counts from the next call on', async () => {
    const config = join(project.directory, 'refold.config.mjs')
    const text = readFileSync(config, 'utf8')
    expect((await call(acting, 'start', { definition: 'parcels', id: '1' })).answer).toMatchObject({
      error: { code: 'UNKNOWN_DEFINITION' },
    })
    writeFileSync(config, text.replace("name: 'order'", "name: 'parcels'"))
    expect((await call(acting, 'start', { definition: 'parcels', id: '1' })).isError).toBe(false)
    writeFileSync(config, text)
  })

  test('CLI-101 each tool is a command, and each of its arguments is one that the command has', () => {
    const program = makeProgram('0')
    for (const tool of toolsFor({ write: true })) {
      const words = (tool.command ?? tool.name).split(' ')
      const command = words.reduce<Command | undefined>(
        (above, word) => above?.commands.find((one) => one.name() === word),
        program,
      )
      const options = command?.options.map(({ long }) => long) ?? []
      for (const [name, { isPositional }] of Object.entries(tool.arguments))
        if (isPositional !== true) expect(options, `${tool.name} --${name}`).toContain(`--${name}`)
      const more = [...(tool.acts === true ? ['--by'] : []), ...(tool.hidesSecrets === true ? ['--show-secrets'] : [])]
      for (const option of [...(tool.always ?? []), ...more]) expect(options).toContain(option)
      const positionals = Object.values(tool.arguments).filter(({ isPositional }) => isPositional === true)
      expect(command?.registeredArguments.length, tool.name).toBeGreaterThanOrEqual(positionals.length)
      if (positionals.length === 0) expect(commandLineOf(tool, requiredOf(tool.arguments)).rest.at(-1)).toBe('--')
    }
  })
})

function requiredOf(
  known: Readonly<Record<string, { readonly type: string; readonly isRequired?: boolean }>>,
): Record<string, unknown> {
  const required = Object.entries(known).filter(([, { isRequired }]) => isRequired === true)
  return Object.fromEntries(required.map(([name, { type }]) => [name, type === 'integer' ? 1 : 'x']))
}
