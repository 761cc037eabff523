/** The commands that act on agents: real processes on a real file. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'

const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

/** Asks for a price, is charged by a body that kills its process, and takes no delivery while the file `broken` is there. */
const ORDERS = `
import { defineAgent, effect } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
import { existsSync } from 'node:fs'

const machine = setup({
  actors: { charge: effect(async () => process.kill(process.pid, 'SIGKILL')) },
}).createMachine({
  context: ({ input }) => ({ price: input.price, charge: null }),
  initial: 'asking',
  states: {
    asking: { on: { accept: 'charging' } },
    charging: {
      invoke: {
        src: 'charge',
        onDone: { target: 'packing.boxes', actions: assign({ charge: ({ event }) => event.output }) },
        onError: 'asking',
      },
    },
    packing: {
      initial: 'boxes',
      states: { boxes: {} },
      after: { 50: { target: 'sent', actions: assign(() => {
        if (existsSync(new URL('broken', import.meta.url))) throw new TypeError('no such address')
      }) } },
    },
    sent: { type: 'final' },
  },
})
export default {
  agents: [defineAgent({
    name: 'order', version: 1, machine,
    effects: { charge: { safety: 'never-retry' } },
    approvals: { accept: ({ context }) => ({ price: context.price }) },
  })],
  store: () => sqliteStore(new URL('orders.db', import.meta.url).pathname),
  worker: { leaseDurationMs: 600 },
}
`

/** A newer version beside it, and a store that cannot say which agents there are. */
const BLIND = `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
import config from './orders.config.mjs'

const newer = defineAgent({ name: 'order', version: 2, machine: setup({}).createMachine({ initial: 'asking', states: { asking: {} } }) })
const refuse = () => { throw new Error('no directory here') }
export default {
  ...config,
  agents: [...config.agents, newer],
  store: () => {
    const store = config.store()
    Object.defineProperty(store, 'directory', { value: { get: refuse, find: refuse, rebuild: refuse } })
    return store
  },
}
`

describe('the commands that act', () => {
  let project: Project
  let config: string
  const run = (...args: string[]): Promise<Ended> => project.run(...args, '--config', config)
  const start = (id: string): Promise<Ended> => run('start', 'order', '--id', id, '--input', '{"price":7}')
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...args, '--json')
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout)
  }

  beforeAll(() => {
    project = makeProject()
    config = join(project.directory, 'orders.config.mjs')
    writeFileSync(config, ORDERS)
  })
  afterAll(() => project.remove())

  test('CLI-24 CLI-339 an approval shows what exactly is approved, asks, and answers that, and tells its revision', async () => {
    await start('1')
    const shown = await run('approve', 'order-1', 'accept', '--show')
    expect(shown.stdout).toBe('order-1 asks for "accept" at revision 0, about:\n{\n  "price": 7\n}\n')
    const unasked = await run('approve', 'order-1', 'accept', '--by', 'ana')
    expect(unasked).toMatchObject({ code: 2, stdout: '' })
    expect(unasked.stderr).toContain('"price": 7')
    expect(unasked.stderr).toContain('Say --yes to do it.')
    const nameless = await run('approve', 'order-1', 'accept', '--yes')
    expect(nameless.code).not.toBe(0)
    expect(await json('approve', 'order-1', 'accept', '--by', 'ana', '--yes')).toMatchObject({
      revision: 1,
      value: 'charging',
    })
    expect((await run('approve', 'order-1', 'accept', '--by', 'ana', '--yes')).stderr).toContain('EVENT_NOT_ACCEPTED')
  })

  test('CLI-665 `refold resolve --force` without `--again` is refused', async () => {
    const ended = await run('resolve', 'order-1', 'charge', '--complete', '{}', '--force')
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('--force stands without --again')
  })

  test('CLI-25 CLI-140 CLI-339 an effect in doubt is settled by name, as it was shown, and what it led to is waited for', async () => {
    writeFileSync(join(project.directory, 'broken'), '')
    const fleet = project.up('--workers', '1', '--config', config)
    await fleet.event('agent.reported', ({ code }) => code === 'IN_DOUBT')
    const wrong = await run('resolve', 'order-1', 'refund', '--again')
    expect(wrong.stderr).toMatch(/error\[NOT_IN_DOUBT\].*\n {2}In doubt: \d+\.\d+ \(charge\)\./)
    expect((await run('resolve', 'order-1', 'charge', '--again', '--fail', 'no')).code).toBe(2)
    expect((await run('ls', '--in-doubt', '-q')).stdout).toBe('order-1\n')
    const shown = (await json('show', 'order-1')) as { readonly ways: readonly { readonly command: string }[] }
    const again = shown.ways.find(({ command }) => command.includes('--again'))?.command ?? ''
    expect(again).toMatch(/^refold resolve order-1 \d+\.\d+ --again --revision \d+ --config \S+$/)
    const words = again.split(' ').slice(1)
    const seen = fleet.events.length
    expect(await project.run(...words, '--force')).toMatchObject({ code: 0 })
    await fleet.event('agent.reported', (one) => one.code === 'IN_DOUBT' && fleet.events.indexOf(one) >= seen)
    const twice = await project.run(...words, '--force')
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('error[NOT_IN_DOUBT]') as string])
    expect((await run('ls', '--in-doubt', '-q')).stdout).toBe('order-1\n')
    const doubted = (await json('show', 'order-1')) as { readonly revision: number }
    expect(await json('resolve', 'order-1', 'charge', '--complete', '{"id":"ch_1"}', '--by', 'ana')).toMatchObject({
      revision: doubted.revision + 1,
      value: { packing: 'boxes' },
    })
    expect((await run('wait', 'order-1', '--state', 'packing.boxes', '--timeout', '20')).code).toBe(0)
    const waiting = await run('wait', 'order-1', '--timeout', '30')
    expect(waiting.stderr).toMatch(/error\[BLOCKED\](.|\n)*`refold retry order-1 --config \S+`/)
    rmSync(join(project.directory, 'broken'))
    expect(await json('retry', '--definition', 'order', '--yes')).toMatchObject([{ agent: { name: 'order', id: '1' } }])
    expect(await run('wait', 'order-1', '--timeout', '30')).toMatchObject({ code: 0, stdout: 'done "sent"\n' })
    expect((await run('wait', 'order-1', '--state', 'asking')).code).toBe(1)
    fleet.child.kill('SIGTERM')
    await fleet.ended
  })

  test('CLI-26 commands reach agents by name, of a definition or all, and tell each that refuses', async () => {
    for (const id of ['2', '3']) await start(id)
    expect((await run('pause')).stderr).toContain('no agent is named')
    expect((await run('pause', 'order-2', '--all')).code).toBe(2)
    expect(await json('pause', 'order-2', '--reason', 'stock')).toMatchObject([
      { agent: { id: '2' }, condition: 'paused' },
    ])
    expect((await run('pause', '--definition', 'order')).stderr).toContain('Say --yes to do it.')
    expect(await json('pause', '--definition', 'order', '--yes')).toEqual({ count: 1, failed: [] })
    await start('4')
    expect(await json('ls', 'order')).toMatchObject([
      {},
      { condition: 'paused' },
      { condition: 'paused' },
      { condition: 'paused' },
    ])
    expect((await run('resume', '--definition', 'order', '--yes')).stdout).toBe('resumed 2\n')
    const both = await run('cancel', 'order-2', 'order-1', '--yes', '--by', 'ana')
    expect(both.code).toBe(1)
    expect(both.stdout).toMatch(/^order-2\tstopped\t"asking"\norder-1\terror\[NOT_ACTIVE\]\t/)
    expect((await run('cancel', 'order-1')).stderr).toContain('error[NOT_ACTIVE]')
    expect(await json('cancel', '--all', '--yes')).toHaveLength(2)
    expect(await run('retry', '--all')).toMatchObject({ code: 0, stdout: '' })
  })

  test.each([
    ['export', 'order-1x'],
    ['resume', 'order-1x'],
    ['wait', 'ordre-1'],
    ['send', 'order-1x', 'accept'],
    ['approve', 'order-1x', 'accept'],
    ['resolve', 'order-1x', 'charge', '--again'],
    ['fork', 'order-1x', '--as', '9', '--yes'],
    ['retry', 'order-1x'],
    ['migrate', 'order-1x', '--to', '1', '--apply', '--yes'],
  ])('CLI-112 %s of an agent that is not there says what there is', async (...args) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/Did you mean order-1\?|It has: order\./)
  })

  test('CLI-28 agents are listed from the file alone, by what is the matter with them, and as names', async () => {
    const ls = async (...args: string[]) =>
      (await project.run('ls', '-q', '--store', join(project.directory, 'orders.db'), ...args)).stdout
        .trim()
        .split('\n')
    await start('6')
    await run('pause', 'order-6')
    expect(await ls('--condition', 'paused', '--status', 'active')).toEqual(['order-6'])
    expect(await ls('--state', 'sent')).toEqual(['order-1'])
    expect(await ls('--version', '1', '--limit', '2')).toEqual(['order-1', 'order-2'])
    expect(await ls('--version', '2')).toEqual([''])
    expect(await ls('--owner', 'none', '--status', 'active')).toEqual(['order-6'])
    expect(await ls('--in-doubt')).toEqual([''])
    expect(await ls('--overdue')).toEqual([''])
    expect((await run('ls', '--condition', 'lost')).stderr).toContain('One of: running, paused, blocked')
  })

  test('CLI-29 what happens to agents is told as it is recorded, from a place that can be kept', async () => {
    await start('7')
    const told = await run('tail', 'order-7', '--once')
    expect(told.stdout).toMatch(/^\d{4}-[^ ]+Z {2}order-7 {2}0 {2}refold\.started {2}\{/)
    const lines = (await run('tail', 'order', '--once', '--json')).stdout.trim().split('\n')
    const last = JSON.parse(lines.at(-1) ?? '') as { agent: unknown; revision: string; type: string; cursor: string }
    expect(last).toMatchObject({ agent: { name: 'order', id: '7' }, revision: '0', type: 'refold.started' })
    await run('pause', 'order-7', '--by', 'ana')
    const next = await run('tail', '--once', '--since', last.cursor)
    expect(next.stdout).toMatch(/^[^ ]+ {2}order-7 {2}1 {2}refold\.paused {2}by ana {2}\{\}\n$/)
    expect((await run('tail', '--since', 'yesterday')).code).toBe(2)
    expect((await run('tail', '--since', last.cursor.replace(/order-7$/, 'order-none'))).stderr).toContain(
      'CURSOR_LOST',
    )
  })

  test('CLI-785 a command to several agents, one of whose names is none, is given to none of them', async () => {
    await start('spared')
    const { code, stdout, stderr } = await run('cancel', 'order-spared', 'oops', '--yes')
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('"oops" names no agent')])
    expect((await run('ls', '--status', 'active', '--quiet')).stdout).toContain('order-spared\n')
  })

  test('CLI-786 an agent without an id has one of its own, also beside others of the same moment', async () => {
    const begin = (): Promise<Ended> => run('start', 'order', '--input', '{"price":7}')
    const names = (await Promise.all([begin(), begin()])).map(({ stdout }) => stdout.trim())
    for (const name of names) expect(name).toMatch(/^order-\d{4}-\d\d-\d\dT[\d-]+Z-[\da-f]{6}$/)
    expect(new Set(names).size).toBe(2)
    await run('cancel', ...names, '--yes')
  })

  test('CLI-195 a command that names an agent asks nothing of the directory, also where several versions of its code are there', async () => {
    const blind = join(project.directory, 'blind.config.mjs')
    writeFileSync(blind, BLIND)
    await start('blind')
    const sent = await project.run('pause', 'order-blind', '--by', 'ana', '--config', blind)
    expect(sent).toMatchObject({ code: 0, stderr: '' })
    expect((await project.run('ls', '--config', blind)).stderr).toContain('no directory here')
    const paused = expect.objectContaining({ stream: 'order-blind', version: 1, condition: 'paused' })
    expect(await json('ls', 'order', '--condition', 'paused')).toContainEqual(paused)
  })

  test('CLI-26 who commands is said once for all by REFOLD_BY', async () => {
    await start('5')
    process.env['REFOLD_BY'] = 'ana'
    await run('pause', 'order-5')
    delete process.env['REFOLD_BY']
    expect((await run('plan')).stdout).toMatch(/paused\s+order-5 since .* by ana/)
  })
})
