import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, defineAgent, defineProjection } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'add'; cents: number } } }).createMachine({
    on: { add: { actions: assign({}) } },
  }),
})
const orders = defineProjection({
  name: 'orders',
  version: 1,
  agents: [order],
  initial: { note: 'new', cents: 0 },
  evolve: (document, { event }) =>
    event.type === 'add' ? { note: '\u001b[2J', cents: document.cents + event.data.cents } : document,
})
const broken = defineProjection({
  name: 'broken',
  version: 3,
  initial: 0,
  evolve: (count, { agent }) => {
    if (agent.id === '2') throw new Error('no second one')
    return count + 1
  },
})

describe('refold query', () => {
  let project: Project
  let directory: string
  let file: string
  const run = (...args: readonly string[]): ReturnType<Project['run']> => project.run('query', ...args, '--store', file)

  beforeAll(async () => {
    project = makeProject()
    directory = mkdtempSync(join(tmpdir(), 'refold-query-'))
    file = join(directory, 'orders.db')
    await using client = await createClient({ store: sqliteStore(file), agents: [order] })
    for (const [id, cents] of [
      ['1', 500],
      ['2', 250],
    ] as const)
      await (await client.start(order, { id })).send({ type: 'add', cents })
    const first = await client.project(orders)
    await first.at(await client.attach(order, '2'))
    await (await client.project(broken)).ready.catch(() => undefined)
  })
  afterAll(() => {
    project.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  test.each([
    ['ordrs', "Did you mean 'orders'?"],
    ['projection_orders', "Did you mean 'orders'?"],
    ['SELECT', 'There is: '],
  ])('CLI-380 %s is one word, and no projection', async (word, hint) => {
    const { code, stderr } = await run(word)
    const told = `error[INVALID_INPUT] the question cannot be answered: there is no projection "${word}"`
    expect([code, stderr.split('\n')[0]]).toEqual([2, told])
    expect(stderr).toContain(hint)
  })

  test('CLI-75 lists the projections of a store, and where one is parked', async () => {
    expect((await run()).stdout).toBe(
      [
        'PROJECTION\tVERSION\tSTATE\tRECORDS\tUP TO\tPARKED',
        'broken\t3\tbuilding\t2\torder-1@1\torder-2@0: no second one',
        'orders\t1\tcurrent\t4\torder-2@1\t\n',
      ].join('\n'),
    )
    expect(JSON.parse((await run('--json')).stdout)).toMatchObject([
      { projection: 'broken', parked: { agent: { id: '2' }, revision: 0, error: { message: 'no second one' } } },
      { projection: 'orders', version: 1, state: 'current', records: 4 },
    ])
  })

  test('CLI-76 answers in a table, and as JSON, and shows what agents wrote to no terminal', async () => {
    const question = 'SELECT note, count(*) AS orders, sum(cents) AS cents FROM projection_orders GROUP BY note'
    expect((await run(question)).stdout).toBe('NOTE\tORDERS\tCENTS\n\\u001b[2J\t2\t750\n')
    expect(JSON.parse((await run(question, '--json')).stdout)).toEqual([{ note: '\u001b[2J', orders: 2, cents: 750 }])
    const documents = await run('SELECT key, document FROM projection_orders ORDER BY key', '--json')
    expect(JSON.parse(documents.stdout)[0]).toEqual({ key: '1', document: { note: '\u001b[2J', cents: 500 } })
    expect((await run('SELECT 1 WHERE 0')).stdout.split('\n')).toHaveLength(2)
    expect((await run('SELECT 1 AS a WHERE 0', '--json')).stdout).toBe('[]\n')
  })

  test('CLI-128 gives integers exactly, those that no number can be as text', async () => {
    const question = `SELECT 9007199254740993 AS big, -9223372036854775808 AS least, 9007199254740991 AS most, 0.5 AS half`
    const exact = { big: '9007199254740993', least: '-9223372036854775808', most: 9007199254740991, half: 0.5 }
    expect(JSON.parse((await run(question, '--json')).stdout)).toEqual([exact])
    expect((await run(question)).stdout.split('\n')[1]).toBe(Object.values(exact).join('\t'))
  })

  test('CLI-77 shows the documents of a projection by its name', async () => {
    expect((await run('orders')).stdout).toBe('KEY\tNOTE\tCENTS\n1\t\\u001b[2J\t500\n2\t\\u001b[2J\t250\n')
  })

  test.each([
    ['DELETE FROM log'],
    ['WITH gone AS (SELECT 1) DELETE FROM log'],
    ['SELECT 1; DELETE FROM log'],
    ['/* SELECT */ UPDATE log SET vals = 1'],
    ["ATTACH 'x.db' AS x"],
    ['PRAGMA query_only = OFF'],
    ["VACUUM INTO 'x.db'"],
    ['SELECT * FROM projection_order'],
    ['orderz'],
    [''],
  ])('CLI-76 CLI-78 refuses %j, says what there is, and writes nothing', async (question) => {
    const copy = join(directory, 'before.db')
    copyFileSync(file, copy)
    const { code, stderr, stdout } = await run(question)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error\[INVALID_INPUT\] the question cannot be answered: /)
    expect(stderr).toContain('There is: projection_orders.')
    expect(readFileSync(file)).toEqual(readFileSync(copy))
  })

  test('CLI-78 says where documents are, of a store that keeps none, and of a file without a projection', async () => {
    expect((await project.run('start', 'plan', '--id', '1')).code).toBe(0)
    expect((await project.run('query')).stdout).toBe('PROJECTION\tVERSION\tSTATE\tRECORDS\tUP TO\tPARKED\n')
    expect(await project.run('query', 'SELECT * FROM nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no projection in this file.') as string,
    })
    expect(await project.run('query', '--store', 'esdb://127.0.0.1:1?tls=false')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name the file that they are kept in with --store.') as string,
    })
  })
})
