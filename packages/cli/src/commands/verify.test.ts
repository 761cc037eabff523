/** Would a deploy change anything? Real processes on a real file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

/** A release: from so many cents on an order is checked, in a state of this name. Its reads are interrupted at the given one. */
const release = ({ largeFrom = 100, checking = 'checking', version = 1, interruptAt = 0 }): string => `
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}

const machine = setup({
  guards: { isLarge: ({ context }) => context.cents >= ${largeFrom} },
  actions: { rush: assign({ cents: ({ context }) => context.cents + 50 }) },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ cents: input.cents }),
  initial: 'cart',
  states: {
    cart: { on: { rush: { actions: 'rush' }, pay: [{ guard: 'isLarge', target: '${checking}' }, { target: 'paid' }] } },
    ${checking}: { on: { ok: 'paid' } },
    paid: { type: 'final' },
  },
})
let reads = 0
const opened = () => {
  const store = sqliteStore(new URL('orders.db', import.meta.url).pathname)
  const read = store.read.bind(store)
  store.read = async function* (...args) {
    if (args[0].startsWith('order-') && ++reads === ${interruptAt}) {
      process.kill(process.pid, 'SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    yield* read(...args)
  }
  return store
}
export default { agents: [defineAgent({ name: 'order', version: ${version}, machine })], store: opened }
`

describe('refold verify', () => {
  let project: Project
  const config = (name: string, changes: Parameters<typeof release>[0]): string => {
    const file = join(project.directory, `${name}.mjs`)
    writeFileSync(file, release(changes))
    return file
  }
  const verify = (file: string, ...args: string[]) => project.run('verify', ...args, '--config', file)
  let same: string

  beforeAll(async () => {
    project = makeProject()
    same = config('same', {})
    for (const [id, cents] of [
      ['1', 10],
      ['2', 200],
      ['3', 300],
    ] as const) {
      await project.run('start', 'order', '--id', id, '--input', `{"cents":${cents}}`, '--config', same)
      await project.run('send', `order-${id}`, 'pay', '--config', same)
    }
  })
  afterAll(() => project.remove())

  test('CLI-60 the same code ends with 0, and no record is written', async () => {
    const stored = () => project.run('tail', '--once', '--json', '--config', same)
    const before = await stored()
    expect(before.stdout.split('\n')).toHaveLength(7)
    expect(await verify(same, '--all')).toEqual({
      code: 0,
      stdout: '3 agents, 6 records, 6 decided again: nothing differs\n',
      stderr: '',
    })
    expect(await verify(same, 'order')).toMatchObject({ code: 0 })
    expect((await verify(same, 'order-1', 'order-2')).stdout).toContain('2 agents, 4 records')
    expect((await verify(same, '--all', '--limit', '1')).stdout).toContain('1 agent, 2 records')
    expect((await verify(same, '--all', '--since', '2100-01-01')).stdout).toContain('6 records, 0 decided again')
    expect(await stored()).toEqual(before)
  })

  test('CLI-61 a changed guard ends with 1, and is told with the transitions and the agents', async () => {
    const { code, stdout } = await verify(config('larger', { largeFrom: 250 }), '--all')
    expect(code).toBe(1)
    expect(stdout).toBe(`3 agents, 6 records, 6 decided again: 1 otherwise, of 1 agent

order@1  pay in cart: 1 record, 1 agent (order-2)
  target /root/value: "checking", today "paid"
  status /root/status: nothing, today "done"
  guard isLarge says otherwise
  took pay [isLarge] of order.cart to order.checking, today pay of order.cart to order.paid
  first at revision 1 of order-2
`)
    const json = await verify(config('larger', { largeFrom: 250 }), '--all', '--json')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ isSame: false, groups: [{ records: 1, streams: ['order-2'] }] })
  })

  test('CLI-61 agents that have no place, or no code, are told with the command that helps', async () => {
    const renamed = await verify(config('renamed', { checking: 'review' }), '--all')
    expect(renamed.code).toBe(1)
    expect(renamed.stdout).toContain(
      'no place for state "checking": 2 agents (order-2, order-3); `refold migrate order --to … --plan`',
    )
    const newer = await verify(config('newer', { version: 2 }), '--all')
    expect(newer.code).toBe(1)
    expect(newer.stdout).toContain(
      'no code here for order@1: 3 agents (order-1, order-2, order-3), 2 active; `refold plan`',
    )
  })

  test('CLI-62 an interrupt ends it with what was found, and with code 130', async () => {
    for (let n = 10; n < 17; n++)
      await project.run('start', 'order', '--id', String(n), '--input', '{"cents":1}', '--config', same)
    const { code, stdout, stderr } = await verify(config('interrupted', { interruptAt: 9 }), '--all', '--json')
    expect(code).toBe(130)
    expect(stderr).toBe('interrupted: this is what was found until then\n')
    const { agents } = JSON.parse(stdout) as { agents: number }
    expect(agents).toBeGreaterThan(0)
    expect(agents).toBeLessThan(10)
  })

  test.each([
    [['order-9'], 3, 'NOT_FOUND'],
    [['orders'], 3, 'UNKNOWN_DEFINITION'],
    [[], 2, 'INVALID_INPUT'],
    [['order', '--all'], 2, 'INVALID_INPUT'],
    [['order', 'order-1'], 2, 'INVALID_ID'],
    [['--all', '--since', 'yesterday'], 2, 'INVALID_INPUT'],
  ])('CLI-60 %j ends with code %i and %s', async (args, code, name) => {
    const ended = await verify(same, ...args)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(`error[${name}]`)
  })
})
