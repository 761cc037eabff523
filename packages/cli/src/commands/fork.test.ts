/** `refold fork`: real processes on a real file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgentDefinition, Runtime, RuntimeOptions, Store } from '@refold/core'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'
import { commandLineOf } from '../mcp/command-line.js'
import type { Tool } from '../mcp/tool.js'
import { toolsFor } from '../mcp/tools.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

/** Asks a model, which costs a quarter, is paid once, and waits for a person. */
const ORDERS = `
import { defineAgent, effect } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}

const machine = setup({
  actors: {
    draft: effect(async ({ usage }) => {
      usage({ costUsd: 0.25 })
      return 'a draft'
    }),
    charge: effect(async () => 'paid'),
  },
}).createMachine({
  context: ({ input }) => ({ topic: input?.topic ?? 'whales', text: '' }),
  initial: 'drafting',
  states: {
    drafting: { invoke: { src: 'draft', onDone: { target: 'review', actions: assign({ text: ({ event }) => event.output }) }, onError: 'failed' } },
    review: { on: { accept: 'charging', reject: 'rejected' } },
    charging: { invoke: { src: 'charge', onDone: 'done' } },
    rejected: {},
    failed: {},
    done: { type: 'final' },
  },
})
export default {
  agents: [defineAgent({ name: 'order', version: 1, machine, effects: { charge: { safety: 'never-retry' } } })],
  store: () => sqliteStore(new URL('orders.db', import.meta.url).pathname),
}
`

interface Config {
  readonly agents: readonly AgentDefinition[]
  readonly store: () => Store
}

describe('refold fork', () => {
  let project: Project
  let config: string
  const run = (...args: string[]): Promise<Ended> => project.run(...args, '--config', config)
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout)
  const names = async (): Promise<readonly string[]> => (await run('ls', '-q')).stdout.trim().split('\n')

  beforeAll(async () => {
    project = makeProject()
    config = join(project.directory, 'orders.config.mjs')
    writeFileSync(config, ORDERS)
    const { default: made } = (await import(pathToFileURL(config).href)) as { default: Config }
    const core = (await import(moduleUrl('core'))) as { createRuntime(options: RuntimeOptions): Promise<Runtime> }
    await using runtime = await core.createRuntime({ store: made.store(), agents: made.agents })
    const [order] = made.agents
    if (order === undefined) return
    const agent = await runtime.start(order, { id: '1' })
    await agent.waitFor((state) => state.matches('review' as never))
    await agent.send({ type: 'accept' })
    await agent.done()
  })
  afterAll(() => project.remove())

  test('FRK-30 shows the plan, its price first, asks, and makes nothing where there is no one to ask', async () => {
    const shown = await run('fork', 'order-1', '--as', '2', '--at', '0', '--dry-run')
    expect(shown.code).toBe(0)
    const lines = shown.stdout.split('\n').map((line) => line.split(/\s+/)[0])
    expect(lines.slice(0, 3)).toEqual(['order-2', 'state', 'price'])
    expect(shown.stdout).toContain('$0.25')
    const asked = await run('fork', 'order-1', '--as', '2', '--at', '0')
    expect([asked.code, asked.stdout]).toEqual([2, ''])
    expect(asked.stderr).toContain('price')
    expect(asked.stderr).toContain('Say --yes to do it.')
    expect(await names()).toEqual(['order-1'])
  })

  test('FRK-30 FRK-32 prints its name and what goes on with it, and the same command again is the same fork', async () => {
    const command = [
      'fork',
      'order-1',
      '--as',
      '3',
      '--at',
      'before:charging',
      '--event',
      '{"type":"reject"}',
      '--by',
      'ana',
      '--yes',
    ]
    for (let times = 0; times < 2; times++) {
      const { code, stdout, stderr } = await run(...command)
      expect([code, stdout]).toEqual([0, 'order-3\n'])
      expect(stderr).toContain('refold resume order-3')
    }
    const forks = (await json('ls', '--condition', 'paused')) as { agents?: unknown } | unknown[]
    expect(JSON.stringify(forks)).toContain('"rejected"')
    expect((await run('fork', 'order-1', '--as', '3', '--yes', '--at', '0')).code).toBe(5)
    expect((await run('resume', 'order-3')).code).toBe(0)
  })

  test('FRK-32 a fork that has ended by what it was told is not said to be paused', async () => {
    const told = ['--at', 'before:done', '--outcome', 'charge="by hand"', '--yes']
    const { code, stdout, stderr } = await run('fork', 'order-1', '--as', '6', ...told)
    expect([code, stdout]).toEqual([0, 'order-6\n'])
    expect(stderr).toContain('It has ended')
    expect(stderr).not.toContain('refold resume')
  })

  test('CLI-101 the tool of an MCP client forks with another outcome too', async () => {
    const tool = toolsFor({ write: true }).find(({ name }) => name === 'fork')
    const given = {
      agent: 'order-1',
      as: '8',
      at: 'before:done',
      outcome: { effect: 'charge', complete: { by: '@hand' } },
    }
    const { command, rest } = commandLineOf(tool as Tool, given)
    const { code, stdout } = await project.run(...command, '--config', config, ...rest)
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { agent: { id: '8' }, plan: { condition: 'ended' } }])
    const failing = commandLineOf(tool as Tool, {
      ...given,
      as: '9',
      outcome: { effect: 'draft', fail: '-y @x' },
      at: '0',
    })
    expect((await project.run(...failing.command, '--config', config, ...failing.rest)).code).toBe(0)
    expect((await run('show', 'order-9', '--json')).stdout).toContain('"failed"')
  })

  test('CLI-110 takes the moments that the reading commands take', async () => {
    const newest = await run('fork', 'order-1', '--as', 'x', '--dry-run')
    expect(await run('fork', 'order-1', '--as', 'x', '--at', '-0s', '--dry-run')).toEqual(newest)
    expect((await run('fork', 'order-1', '--as', 'x', '--at', '-1h', '--dry-run')).code).toBe(3)
    const { code, stderr } = await run('fork', 'order-1', '--as', 'x', '--at', '29.11.2026', '--dry-run')
    expect([code, stderr]).toEqual([2, expect.stringContaining('-1h')])
  })

  test('CLI-48 CLI-141 says where the states of an agent are listed', async () => {
    const { stderr } = await run('fork', 'order-1', '--as', 'x', '--at', 'before:nowhere')
    expect(stderr).toContain('`refold history order-1 --config ')
  })

  test('FRK-31 CLI-140 CLI-141 a payment waits in the fork before it, and the command to resolve it is told', async () => {
    const { code, stderr } = await run('fork', 'order-1', '--as', '4', '--at', 'before:done', '--yes')
    expect(code).toBe(0)
    expect(stderr).toContain('refold resolve order-4 charge --again --revision 0 --config ')
    expect(
      await json('fork', 'order-1', '--as', '5', '--at', 'before:done', '--run', 'charge', '--dry-run'),
    ).toMatchObject({
      effects: [{ src: 'charge', fate: 'runs' }],
    })
    const done = await run('resolve', 'order-4', 'charge', '--complete', '"by hand"')
    expect(done.code).toBe(0)
  })

  test('FRK-32 another outcome, another failure, another input', async () => {
    const active = async (...more: string[]): Promise<unknown> =>
      ((await json('fork', 'order-1', '--as', 'x', '--dry-run', ...more)) as { active: unknown }).active
    expect(await active('--at', '0', '--outcome', 'draft="another"')).toEqual(['review'])
    expect(await active('--at', '0', '--fail', 'draft=overloaded')).toEqual(['failed'])
    expect(await active('--input', '{"topic":"sharks"}')).toEqual(['drafting'])
  })

  test('FRK-15 a command that is killed at any moment leaves none or the whole, and the same one makes or finds it', async () => {
    const { default: made } = (await import(pathToFileURL(config).href)) as { default: Config }
    const store = made.store()
    const types = async (id: string): Promise<readonly string[]> => {
      const found: string[] = []
      for await (const page of store.read(`order-${id}`)) found.push(...page.map(({ type }) => type))
      return found
    }
    const found: string[] = []
    for (let times = 0; times < 10; times++) {
      const id = `killed${times}`
      const command = [
        'fork',
        'order-1',
        '--as',
        id,
        '--at',
        '1',
        '--event',
        '{"type":"reject"}',
        '--yes',
        '--config',
        config,
      ]
      const child = spawn(process.execPath, [MAIN, ...command], { cwd: project.directory, stdio: 'ignore' })
      const timer = setTimeout(() => child.kill('SIGKILL'), 150 + 60 * times)
      await once(child, 'exit')
      clearTimeout(timer)
      found.push((await types(id)).join(' '))
      expect((await run(...command.slice(0, -2))).code).toBe(0)
      expect(await types(id)).toEqual(['refold.forked', 'reject'])
    }
    await store.close()
    expect(found.filter((left) => left !== '' && left !== 'refold.forked reject')).toEqual([])
  })

  test.each([
    { args: ['--at', 'once'], code: 2 },
    { args: ['--at', 'before:nowhere'], code: 3 },
    { args: ['--at', 'before:drafting'], code: 3 },
    { args: ['--at', '99'], code: 3 },
    { args: ['--at', '0', '--outcome', 'draft'], code: 2 },
    { args: ['--at', '0', '--outcome', 'draft={'], code: 2 },
    { args: ['--at', '0', '--outcome', 'charge=1'], code: 2 },
    { args: ['--at', '0', '--event', '{"type":"accept"}'], code: 1 },
    { args: ['--timers', 'never'], code: 2 },
    { args: ['--at', '0', '--version', '7'], code: 3 },
    { args: [], code: 1 },
  ])('FRK-31 $args ends with $code, and nothing is written', async ({ args, code }) => {
    const before = await names()
    const ended = await run('fork', 'order-1', '--as', 'none', '--yes', ...args)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(await names()).toEqual(before)
  })
})
