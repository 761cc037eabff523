/** The inspector as a process of its own. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'
import { inspecting } from './inspect.fixture.js'
import type { Inspecting } from './inspect.fixture.js'
import { browserCommand, hasBrowser } from './open-browser.js'

/** Beside the event loop: one that stands still writes to connections that the server has closed meanwhile. */
const run = promisify(execFile)

interface Session {
  readonly store: string
  readonly canWrite: boolean
  readonly isFile: boolean
}
interface Rows {
  readonly rows: readonly { readonly stream: string; readonly condition: string }[]
}

describe('refold inspect', () => {
  let project: Project
  const open: Inspecting[] = []
  beforeAll(async () => {
    project = makeProject()
    for (const id of ['1', '2']) await project.run('start', 'plan', '--id', id)
    await project.run('export', '--all', '-o', 'agents.jsonl')
  })
  afterEach(async () => {
    for (const { child, ended } of open.splice(0)) {
      child.kill('SIGKILL')
      await ended
    }
  })
  afterAll(() => project.remove())
  const inspect = async (...args: readonly string[]): Promise<Inspecting> => {
    const inspector = await inspecting(project.directory, ...args)
    open.push(inspector)
    return inspector
  }

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'INS-45 prints its address alone, and ends with 0 on %s',
    async (signal) => {
      const page = await inspect('--store', 'agents.db')
      expect(page.url.hostname).toBe('127.0.0.1')
      expect(await page.get<Session>('/api/session')).toMatchObject({
        store: join(project.directory, 'agents.db'),
        canWrite: false,
        isFile: false,
      })
      expect((await page.get<Rows>('/api/agents')).rows.map(({ stream }) => stream)).toEqual(['plan-1', 'plan-2'])
      page.child.kill(signal)
      expect(await page.ended).toEqual({ code: 0, stdout: `${page.url.href}\n`, stderr: '' })
    },
  )

  test('INS-45 shows an agent that is named, and an exported file', async () => {
    const agent = await inspect('plan-2', '--json', '--store', 'agents.db')
    expect(JSON.parse(agent.line)).toEqual({ url: agent.url.href })
    expect(agent.url.pathname).toBe('/a/plan-2')
    const named = await inspect('plan-2')
    expect(named.url.pathname).toBe('/a/plan-2')
    const file = await inspect('agents.jsonl')
    expect(await file.get<Session>('/api/session')).toMatchObject({ isFile: true, canWrite: false })
    expect((await file.get<Rows>('/api/agents')).rows).toHaveLength(2)
    expect(await file.get('/api/agents/plan-1')).toMatchObject({ agent: 'plan-1' })
  })

  test('INS-45 a port that is named is taken or refused', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    expect(await project.run('inspect', '--port', String(port))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('error[ADDRESS_IN_USE]') as string,
    })
    taken.close()
    expect((await inspect('--port', String(port))).url.port).toBe(String(port))
    const [one, other] = [await inspect(), await inspect()]
    expect(one.url.port).not.toBe(other.url.port)
  })

  test('INS-47 CLI-665 what is neither a store nor an export, or is named twice, is refused with what is wrong', async () => {
    writeFileSync(join(project.directory, 'letter.txt'), 'Dear Ana,')
    writeFileSync(join(project.directory, 'other.json'), '{"refold":"no"}')
    const refused: readonly (readonly [readonly string[], number, string])[] = [
      [['letter.txt'], 7, 'error[STORE_FATAL]'],
      [['other.json'], 1, 'error[UNREADABLE]'],
      [['nowhere.db'], 2, 'there is no file'],
      [['agents.db', '--store', 'agents.db'], 2, 'named in two ways'],
      [['plan-3'], 3, 'error[NOT_FOUND]'],
      [['--write', '--config', 'none.mjs'], 2, 'error[NO_CONFIG]'],
      [['--host', '192.0.2.1'], 2, 'certificate'],
      [['--host', '0.0.0.0'], 2, 'no host that a browser asks for'],
      [['--tls-cert', 'letter.txt'], 2, 'together'],
      [['--port', '70000'], 2, 'port'],
    ]
    for (const [args, code, problem] of refused)
      expect(await project.run('inspect', ...args)).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringContaining(problem) as string,
      })
  })

  test('INS-422 an exported history is not opened with --write', async () => {
    await project.run('export', '--all', '--output', 'past.jsonl')
    expect(await project.run('inspect', 'past.jsonl', '--write')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('past.jsonl is an exported history: no order can be given to it') as string,
    })
  })

  test('INS-43 INS-47 orders are taken with --write and a configuration', async () => {
    const reading = await inspect('agents.db')
    const refused = await reading.order({ do: 'pause', agent: 'plan-1' })
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'NOT_ALLOWED' } } })
    const acting = await inspect('--write')
    expect(await acting.get<Session>('/api/session')).toMatchObject({ canWrite: true })
    const done = await acting.order({ do: 'pause', agent: 'plan-1', by: 'ana', reason: "it's late" })
    expect(done.status).toBe(200)
    const { rows } = await reading.get<Rows>('/api/agents')
    expect(rows.map(({ condition }) => condition)).toEqual(['paused', 'running'])
  })

  test('INS-42 the command that the page shows does the same in a shell', async () => {
    const page = await inspect('--write')
    const { ways } = await page.get<{ readonly ways: readonly { readonly do?: string; readonly command: string }[] }>(
      '/api/agents/plan-2/actions',
    )
    const shell = async (command: string): Promise<string> =>
      (await run('bash', ['-c', `refold() { ${process.execPath} ${MAIN} "$@"; }\n${command}`])).stdout
    const pause = ways.find(({ do: does }) => does === 'pause')?.command ?? ''
    expect(pause).toContain(`--config ${project.directory}`)
    expect(await shell(pause)).toContain('paused')
    const fork = { do: 'fork', agent: 'plan-2', as: 'other', at: 0, reason: '$(exit 1) `x` "y"' }
    const { command } = (await page.order({ ...fork, plan: true })).json as { readonly command: string }
    expect(await shell(command.replace('--dry-run', '--yes'))).toBe('plan-other\n')
    expect(await page.order(fork)).toMatchObject({ status: 200, json: { plan: { isThere: true } } })
  })

  test('INS-48 shows what a fleet writes meanwhile', async () => {
    const fleet = project.up('--workers', '2', '--no-health')
    await fleet.event('worker.ready')
    const page = await inspect('--store', 'agents.db')
    await project.run('start', 'plan', '--id', '9')
    const standing = async () => (await page.get<Rows>('/api/agents?text=plan-9&status=done')).rows.length
    await expect.poll(standing).toBe(1)
    fleet.child.kill('SIGTERM')
    await fleet.ended
  })

  test('INS-30 work of a worker that was killed is without an owner', async () => {
    const fleet = project.up('--workers', '1', '--no-health')
    const { pid } = await fleet.event('worker.started')
    await fleet.event('worker.ready')
    const page = await inspect('agents.db')
    await project.run('start', 'plan', '--id', 'slow', '--input', '{"ms":600000}')
    const slow = async (query: string) => (await page.get<Rows>(`/api/agents?text=slow&${query}`)).rows
    await expect.poll(() => slow('')).toMatchObject([{ owner: expect.any(String) as string }])
    expect(await slow('concern=unowned')).toEqual([])
    fleet.child.kill('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await fleet.ended
    await expect.poll(() => slow('concern=unowned')).toMatchObject([{ isOwnerGone: true }])
  })

  test('INS-46 a browser is started for a person alone', () => {
    const at = { isTerminal: true, platform: 'linux', environment: { DISPLAY: ':0' } } as const
    expect(hasBrowser(at)).toBe(true)
    expect(hasBrowser({ ...at, isTerminal: false })).toBe(false)
    expect(hasBrowser({ ...at, environment: {} })).toBe(false)
    for (const name of ['CI', 'SSH_CONNECTION', 'SSH_TTY'])
      expect(hasBrowser({ ...at, environment: { DISPLAY: ':0', [name]: '1' } })).toBe(false)
    expect(hasBrowser({ ...at, platform: 'darwin', environment: {} })).toBe(true)
    expect(browserCommand('http://a/#b', 'linux')).toEqual(['xdg-open', 'http://a/#b'])
    expect(browserCommand('http://a/#b', 'darwin')).toEqual(['open', 'http://a/#b'])
    expect(browserCommand('http://a/?b&c', 'win32')).toEqual(['cmd', '/c', 'start', '""', 'http://a/?b^&c'])
  })
})
