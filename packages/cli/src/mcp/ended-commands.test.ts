/** Commands that end before they have answered, and servers that end before their commands. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const moduleUrl = (name: string): string => new URL(`../../../${name}/dist/index.js`, import.meta.url).href

/** A command dies, or says too much, where the test has put a file of that name. */
const CONFIG = `
import { existsSync, writeFileSync } from 'node:fs'
import { defineAgent } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
const at = (name) => new URL(name, import.meta.url)
const machine = setup({}).createMachine({ initial: 'asking', states: { asking: { on: { note: 'asking' } } } })
writeFileSync(at('pid'), String(process.pid))
if (existsSync(at('dies'))) process.kill(process.pid, 'SIGKILL')
if (existsSync(at('talks'))) process.stdout.write('x'.repeat(2 ** 21) + '\\n')
export default { agents: [defineAgent({ name: 'order', version: 1, machine })], store: () => sqliteStore(at('orders.db').pathname) }
`

describe('commands of an MCP server', () => {
  let project: Project
  const at = (name: string): string => join(project.directory, name)

  beforeAll(async () => {
    project = makeProject(CONFIG)
    await project.run('start', 'order', '--id', '1')
  })
  afterAll(() => project.remove())

  async function connected(): Promise<{ readonly client: Client; readonly pid: number }> {
    const client = new Client({ name: 'a-coder', version: '1' })
    const args = [MAIN, 'mcp', '--write']
    const transport = new StdioClientTransport({ command: process.execPath, args, cwd: project.directory })
    await client.connect(transport)
    return { client, pid: transport.pid ?? 0 }
  }

  /** Of calls while there is such a file. */
  async function answers(file: string): Promise<readonly unknown[]> {
    writeFileSync(at(file), '')
    const { client } = await connected()
    const [sent, listed] = [
      await client.callTool({ name: 'send', arguments: { agent: 'order-1', event: 'note', id: file } }),
      await client.callTool({ name: 'ls', arguments: { limit: 9 } }),
    ]
    await client.close()
    rmSync(at(file))
    return [sent, listed].map(({ isError = false, content }) => {
      const [{ text }] = content as [{ readonly text: string }]
      return { isError, ...(JSON.parse(text) as object) }
    })
  }

  test('CLI-161 of an order whose command was ended it is told that no one knows', async () => {
    expect(await answers('dies')).toMatchObject([
      { isError: true, error: { code: 'STORE_UNKNOWN' } },
      { isError: true, error: { code: 'ABORTED' } },
    ])
  })

  test('CLI-161 an order that says too much is carried out to its end, and told to be done', async () => {
    expect(await answers('talks')).toMatchObject([
      { isError: false, isDone: true },
      { isError: true, error: { code: 'TOO_LARGE' } },
    ])
    expect((await project.run('history', 'order-1', '--json')).stdout).toContain('"note"')
  })

  test.each(['leaves', 'cancels'])('CLI-525 an order is carried out to its end when its client %s', async (what) => {
    const { client } = await connected()
    rmSync(at('pid'), { force: true })
    const abort = new AbortController()
    const call = { name: 'start', arguments: { definition: 'order', id: what } }
    client.callTool(call, undefined, { signal: abort.signal }).catch(() => {}) // no one answers any more
    await expect.poll(() => existsSync(at('pid'))).toBe(true)
    if (what === 'cancels') abort.abort()
    else void client.close()
    await expect.poll(async () => (await project.run('ls', '--json')).stdout).toContain(`order-${what}`)
    await client.close()
  })

  test('CLI-163 a command that looks ends with the server that was killed', async () => {
    const { client, pid } = await connected()
    rmSync(at('pid'))
    const waiting = client.callTool({ name: 'wait', arguments: { agent: 'order-1', timeout: 3600 } })
    waiting.catch(() => {}) // no one answers any more
    await expect.poll(() => existsSync(at('pid')) && readFileSync(at('pid'), 'utf8')).toMatch(/^\d+$/)
    const waiter = Number(readFileSync(at('pid'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isAlive(waiter)).toBe(false)
    await client.close()
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
