/** Consumers as the command shows them: real processes on a real file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createClient, createRuntime, defineAgent, defineConsumer } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'
import { commandLineOf } from '../mcp/command-line.js'
import type { Tool } from '../mcp/tool.js'
import { toolsFor } from '../mcp/tools.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const order = defineAgent({ name: 'order', version: 1, machine: setup({}).createMachine({}) })

describe('the command and consumers', () => {
  let project: Project
  let file: string
  const run = (...args: string[]): Promise<Ended> => project.run(...args, '--store', file)

  beforeAll(async () => {
    project = makeProject()
    file = join(project.directory, 'orders.db')
    await using runtime = await createRuntime({ store: sqliteStore(file), agents: [order] })
    for (const id of ['1', '2', '3']) await runtime.start(order, { id })
    await consume(() => {
      throw new Error('no such \u001b[2Jaddress')
    })
    await runtime.start(order, { id: '4' })
  })
  afterAll(() => project.remove())

  /** Until every record is dealt with or parked. */
  async function consume(each: (id: string) => void): Promise<void> {
    await using client = await createClient({ store: sqliteStore(file), agents: [], onReport: () => {} })
    const mailer = defineConsumer({
      name: 'mailer',
      agents: [order],
      retry: { attempts: 1 },
      each: ({ agent }) => each(agent.id),
    })
    const running = await client.consume(mailer)
    const isRetried = async (): Promise<boolean> => (await running.parked()).some((record) => record.isRetried)
    while ((await running.status()).lag?.records !== 0 || (await isRetried()))
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  test('CLI-70 CLI-338 consumers and what they have parked are listed without the code of any', async () => {
    const { stdout } = await run('consumers')
    expect(stdout).toMatch(/^CONSUMER\tOWNER\tBEHIND\tSINCE\tPARKED\tAGENTS\nmailer\t-\t1\t\d+ s\t3\torder\n$/)
    const listed = await run('parked')
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout.split('\n')[0]).toBe('CONSUMER\tAGENT\tKEY\tTYPE\tPARKED\tATTEMPTS\tERROR')
    expect(listed.stdout.split('\n')[1]).toMatch(
      /^mailer\torder-1\tmailer:order-1\/0:\w+\trefold.started\t.*Z\t1\tno such \\u001b\[2Jaddress$/,
    )
    const json = JSON.parse((await run('parked', 'mailer', '--json')).stdout) as unknown[]
    expect(json).toHaveLength(3)
    expect(json[0]).toMatchObject({ consumer: 'mailer', agent: { id: '1' }, revision: '0', attempts: 1 })
    expect(await run('parked', 'nailer')).toMatchObject({ code: 3, stdout: '' })
    const status = JSON.parse((await run('consumers', '--json')).stdout) as unknown[]
    expect(status).toMatchObject([{ name: 'mailer', epoch: 1, parked: 3, lag: { records: 1 } }])
  })

  test('CLI-71 CLI-101 parked records are retried and skipped by their keys, or all after a question', async () => {
    const [one, two] = JSON.parse((await run('parked', 'mailer', '--json')).stdout) as { key: string }[]
    // As `refold mcp` calls it.
    const tool = toolsFor({ write: true }).find(({ name }) => name === 'parked-skip') as Tool
    const { command, rest } = commandLineOf(tool, { consumer: 'mailer', keys: [one?.key], reason: 'no need' })
    const skipped = await project.run(...command, '--store', file, '--by=ana', ...rest)
    expect(JSON.parse(skipped.stdout)).toEqual({ consumer: 'mailer', skipped: 1 })
    expect(await run('parked', 'skip', 'mailer', one?.key ?? '')).toMatchObject({ code: 3 })
    const retried = await run('parked', 'retry', 'mailer', two?.key ?? '', '--json')
    expect(JSON.parse(retried.stdout)).toEqual({ consumer: 'mailer', retried: 1 })
    expect((await run('parked')).stdout).toContain('(to be given again)')
    expect(await run('parked', 'retry', 'mailer', '--all')).toMatchObject({ code: 2, stdout: '' })
    expect(await run('parked', 'retry', 'mailer')).toMatchObject({ code: 2 })
    expect(await run('parked', 'retry', 'mailer', '--all', '--yes')).toMatchObject({ code: 0, stdout: '2\n' })
    const given: string[] = []
    await consume((id) => void given.push(id))
    expect(given.toSorted()).toEqual(['2', '3', '4'])
    expect((await run('parked', '--json')).stdout).toBe('[]\n')
    await using client = await createClient({ store: sqliteStore(file), agents: [] })
    expect(await client.consumer('mailer').status()).toMatchObject({ parked: 0, lag: { records: 0 } })
  })

  test('CLI-72 `refold tail` waits for what is to come, and says when the store knows nothing of a name', async () => {
    expect(await run('tail', 'ordr', '--once')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing of "ordr" is stored\n',
    })
    const child = spawn(process.execPath, [MAIN, 'tail', 'order', '--since', 'start', '--store', file])
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    for (const id of ['1', '2', '3', '4']) expect((await lines.next()).value).toContain(`order-${id}`)
    await using runtime = await createRuntime({ store: sqliteStore(file), agents: [order] })
    await runtime.start(order, { id: '5' })
    expect((await lines.next()).value).toContain('order-5')
    child.kill('SIGINT')
    await once(child, 'exit')
  })
})
