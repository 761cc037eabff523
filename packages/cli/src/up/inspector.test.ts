/** The inspector beside a fleet. */
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { askedOf } from '../commands/inspect.fixture.js'
import { isRunning, makeProject, NOT_YET_REACHED } from '../fleet.fixture.js'
import type { Fleet, Project } from '../fleet.fixture.js'

interface Rows {
  readonly rows: readonly { readonly stream: string; readonly status: string }[]
}

describe('refold up --inspect', () => {
  let project: Project
  let fleet: Fleet | undefined
  afterEach(async () => {
    fleet?.child.kill('SIGKILL')
    await fleet?.ended
    fleet = undefined
    project.remove()
  })
  const up = async (...args: string[]): Promise<Fleet> => {
    project = makeProject()
    fleet = project.up('--workers', '1', '--no-health', ...args)
    await fleet.event('worker.ready')
    return fleet
  }

  test('INS-49 serves a page from a process of its own, to read only, and ends with the fleet', async () => {
    const on = await up('--inspect=0')
    const { url } = await on.event('inspector.serving')
    const page = await askedOf(url)
    await project.run('start', 'plan', '--id', '1')
    await expect.poll(async () => (await page.get<Rows>('/api/agents?status=done')).rows.length).toBe(1)
    expect(await page.order({ do: 'cancel', agent: 'plan-1' })).toMatchObject({ status: 403 })
    on.child.kill('SIGTERM')
    expect(await on.ended).toMatchObject({ code: 0 })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  test('INS-49 one that dies is told, started again and harms no worker', async () => {
    const on = await up('--inspect')
    const first = await on.event('inspector.serving')
    const worker = await on.event('worker.started')
    process.kill(first.pid, 'SIGKILL')
    await on.event('inspector.died', ({ signal }) => signal === 'SIGKILL')
    const { url, pid } = await on.event('inspector.serving', (event) => event.pid !== first.pid)
    expect(await (await askedOf(url)).get('/api/session')).toMatchObject({ canWrite: false })
    expect(isRunning(worker.pid)).toBe(true)
    expect(on.events.some((event) => event.type === 'worker.died')).toBe(false)
    on.child.kill('SIGKILL')
    await on.ended
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  test('INS-49 where it cannot be served the fleet goes on without', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const on = await up(`--inspect=${port}`)
    expect(await on.event('inspector.failed')).toMatchObject({ code: 'ADDRESS_IN_USE' })
    taken.close()
    await project.run('start', 'plan', '--id', '1')
    expect(await project.run('wait', 'plan-1', '--timeout', '60')).toMatchObject({ code: 0 })
    expect(on.events.some((event) => event.type === 'inspector.died')).toBe(false)
  })

  test('CLI-800 one whose store is out of reach is tried again, as the workers are', async () => {
    project = makeProject(NOT_YET_REACHED)
    const absent = join(project.directory, 'absent')
    writeFileSync(absent, '')
    const on = (fleet = project.up('--workers', '1', '--no-health', '--inspect=0'))
    await on.event('inspector.printed', ({ line }) => line === 'refold: error: no server answers yet')
    await on.event('inspector.died', ({ exitCode }) => exitCode === 7)
    rmSync(absent)
    await on.event('worker.ready')
    const { url } = await on.event('inspector.serving')
    expect(await (await askedOf(url)).get('/api/session')).toMatchObject({ canWrite: false })
    expect(on.events.some((event) => event.type === 'inspector.failed')).toBe(false)
  })

  test('INS-49 orders are taken with --inspect-write', async () => {
    const on = await up('--inspect-write')
    const page = await askedOf((await on.event('inspector.serving')).url)
    await project.run('start', 'plan', '--id', '1', '--input', '{"ms":60000}')
    expect(await page.order({ do: 'cancel', agent: 'plan-1', by: 'ana' })).toMatchObject({ status: 200 })
  })
})
