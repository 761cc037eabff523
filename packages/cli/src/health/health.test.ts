/** Health and metrics of real fleets. `npm run build` comes first. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BREAKABLE, isRunning, makeProject } from '../fleet.fixture.js'
import type { Fleet, Project } from '../fleet.fixture.js'

describe('a fleet', () => {
  let project: Project
  const fleets: Fleet[] = []
  beforeEach(() => {
    project = makeProject()
  })
  afterEach(async () => {
    for (const { child, ended } of fleets.splice(0)) {
      child.kill('SIGKILL')
      await ended
    }
    project.remove()
  })
  const up = (...args: string[]): Fleet => {
    const fleet = project.up(...args)
    fleets.push(fleet)
    return fleet
  }
  const start = (id: string, input = {}): Promise<unknown> =>
    project.run('start', 'plan', '--id', id, '--input', JSON.stringify(input))
  const urlOf = async (fleet: Fleet): Promise<string> => (await fleet.event('fleet.serving')).url
  const status = async (url: string, path: string): Promise<number> => (await fetch(url + path)).status
  const until = async (url: string, path: string, wanted: number): Promise<void> => {
    while ((await status(url, path)) !== wanted) await sleep(50)
  }
  const attemptsIn = async (url: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const lines = text.matchAll(/^refold_effect_attempts_total\{.*outcome="done"\} (\d+)$/gm)
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
  }

  test('CLI-80, CLI-81, CLI-82 two fleets answer at ports of their own, live at once and ready when they work', async () => {
    const both = [up(), up()]
    const urls = await Promise.all(both.map(urlOf))
    expect(new Set(urls).size).toBe(2)
    expect(await status(urls[0] as string, '/livez')).toBe(200)
    for (const url of urls) {
      await until(url, '/readyz', 200)
      const { workers } = (await (
        await fetch(`${url}/readyz`, { headers: { accept: 'application/json' } })
      ).json()) as {
        workers: readonly { worker: string }[]
      }
      expect(workers.map(({ worker }) => worker)).toEqual(['w1', 'w2'])
    }
  })

  test('CLI-80 an address that is taken or wrong is refused, and none is taken where none is wanted', async () => {
    const { port } = new URL(await urlOf(up()))
    expect(await project.run('up', '--health', port)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ADDRESS_IN_USE'),
    })
    expect((await project.run('up', '--health', 'nowhere')).code).toBe(2)
    const silent = up('--no-health')
    await silent.event('worker.ready')
    expect(silent.events.some(({ type }) => type === 'fleet.serving')).toBe(false)
  })

  test('CLI-83 is not ready as soon as it drains, and answers until the end', async () => {
    const fleet = up('--workers', '1')
    const url = await urlOf(fleet)
    await until(url, '/readyz', 200)
    const { pid } = await fleet.event('worker.started')
    process.kill(pid, 'SIGSTOP') // it hands nothing over before it goes on
    fleet.child.kill('SIGTERM')
    await fleet.event('fleet.draining')
    const answer = await fetch(`${url}/readyz`)
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('drains')])
    expect(await status(url, '/livez')).toBe(200)
    process.kill(pid, 'SIGCONT')
    expect((await fleet.ended).code).toBe(0)
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed')
  })

  test('CLI-84 counts over workers, and goes on counting when one of them is killed', async () => {
    const fleet = up()
    const url = await urlOf(fleet)
    await Promise.all([start('a'), start('b')])
    while ((await attemptsIn(url)) < 20) await sleep(50)
    const pids = fleet.events.flatMap((event) => (event.type === 'worker.started' ? [event.pid] : []))
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    while (pids.some(isRunning)) await sleep(20)
    await fleet.event('worker.died')
    expect(await attemptsIn(url)).toBe(20)
    await start('c')
    while ((await attemptsIn(url)) < 30) await sleep(50)
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toMatch(/^refold_fleet_worker_deaths_total 2$/m)
    expect(text).toMatch(/^refold_takeovers_total\{why="\w+"\} \d+$/m)
  })

  test('CLI-81, CLI-82 without its store it is live, not ready, and says why', async () => {
    project.remove()
    project = makeProject(BREAKABLE)
    const url = await urlOf(up('--workers', '1'))
    await until(url, '/readyz', 200)
    const broken = join(project.directory, 'broken')
    writeFileSync(broken, '')
    await until(url, '/readyz', 503)
    expect(await status(url, '/livez')).toBe(200)
    const text = await (await fetch(`${url}/readyz`)).text()
    expect(text).toBe('not ready\nno worker is ready\nw1: it cannot read the store: the disk is gone\n')
    rmSync(broken)
    await until(url, '/readyz', 200)
  })
})
