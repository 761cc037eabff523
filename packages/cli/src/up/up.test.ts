import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CODED, CROWDED, HANGING, HASTY, isRunning, LATE, makeProject, UNCLOSED } from '../fleet.fixture.js'
import type { Fleet, Project } from '../fleet.fixture.js'
import type { FleetEvent } from './fleet-events.js'

const SECONDS = 1000

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
  const allDone = async (count: number): Promise<void> => {
    for (;;) {
      const { stdout } = await project.run('ls', '--json', '--status', 'done')
      if ((JSON.parse(stdout) as unknown[]).length === count) return
      await sleep(50)
    }
  }
  const whenBegun = async (count: number): Promise<void> => {
    while (project.bodies().length < count) await sleep(20)
  }
  const startedPids = async (fleet: Fleet, count: number): Promise<readonly number[]> => {
    const names = Array.from({ length: count }, (_, index) => `w${index + 1}`)
    const started = names.map((name) => fleet.event('worker.started', ({ worker }) => worker === name))
    return (await Promise.all(started)).map(({ pid }) => pid)
  }
  const agents = async (): Promise<unknown> => {
    const { stdout } = await project.run('ls', '--json')
    return (JSON.parse(stdout) as { id: string; status: string; owner?: string }[])
      .toSorted((one, other) => one.id.localeCompare(other.id))
      .map(({ id, status, owner }) => ({ id, status, owner }))
  }

  test('CLI-23 encodes what commands and workers store, and tells its observers', async () => {
    project.remove()
    project = makeProject(CODED)
    const file = (name: string): string => readFileSync(join(project.directory, name), 'utf8')
    await start('a', { secret: 'sesame' })
    expect(file('agents.db')).not.toContain('sesame')
    expect(JSON.parse((await project.run('plan', '--json')).stdout)).toMatchObject({ resumed: [{}], troubled: [] })
    const fleet = up()
    await allDone(1)
    fleet.child.kill('SIGTERM')
    expect(await fleet.ended).toMatchObject({ code: 0, stderr: '' })
    expect(file('told.txt').match(/^effect\.began work$/gm)).toHaveLength(10)
  })

  test('CLI-1 performs what other processes start, and ends in order when it is asked to', async () => {
    const fleet = up()
    await Promise.all([start('a'), start('b'), start('c')])
    await allDone(3)
    fleet.child.kill('SIGTERM')
    expect(await fleet.ended).toMatchObject({ code: 0, stderr: '' })
    expect(fleet.events.filter(({ type }) => type === 'worker.stopped')).toHaveLength(2)
    expect(project.bodies().filter(({ what }) => what === 'begun')).toHaveLength(30)
  })

  test('CLI-2 a killed worker is replaced, its agents go on, and the output says who took over what, and why', async () => {
    const fleet = up('--workers', '3')
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => start(id, { ms: 100 })))
    const killed = new Set<number>()
    for (let kill = 0; kill < 4; kill++) {
      const { pid } = await fleet.event(
        'worker.started',
        (event) => !killed.has(event.pid) && ownsSomething(fleet, event),
      )
      process.kill(pid, 'SIGKILL')
      killed.add(pid)
      await fleet.event('worker.died', (event) => event.pid === pid)
    }
    await allDone(4)
    expect(fleet.events).toContainEqual(
      expect.objectContaining({ type: 'agent.takenOver', why: 'ended', previous: expect.stringMatching(/^w\d\./) }),
    )
    const ended = project.bodies().filter(({ what }) => what === 'ended')
    expect(new Set(ended.map(({ key }) => key)).size).toBe(40)
  })

  test('CLI-3 a second signal ends a fleet that still drains', async () => {
    const fleet = up()
    await fleet.event('worker.ready')
    await start('a', { ms: 60 * SECONDS })
    await fleet.event('agent.takenOver')
    fleet.child.kill('SIGINT')
    await fleet.event('fleet.draining')
    fleet.child.kill('SIGINT')
    const { code } = await fleet.ended
    expect(code).toBe(130)
  })

  test('CLI-4 workers whose supervisor is killed hand over what they have and end by themselves', async () => {
    const fleet = up()
    await Promise.all([start('a', { ms: 20 * SECONDS }), start('b', { ms: 20 * SECONDS })])
    const pids = await startedPids(fleet, 2)
    await whenBegun(2)
    fleet.child.kill('SIGKILL')
    while (pids.some(isRunning)) await sleep(20)
    expect(await agents()).toEqual([
      { id: 'a', status: 'active', owner: undefined },
      { id: 'b', status: 'active', owner: undefined },
    ])
  })

  test('CLI-4 a worker whose supervisor is killed hands over what it has, whatever its bodies print and send', async () => {
    const fleet = up('--workers', '1')
    await start('a', { ms: 400, talks: true })
    await fleet.event('worker.printed', ({ line }) => line === 'still here')
    const pids = await startedPids(fleet, 1)
    fleet.child.kill('SIGKILL')
    while (pids.some(isRunning)) await sleep(20)
    expect(await agents()).toEqual([{ id: 'a', status: 'active', owner: undefined }])
  })

  test('CLI-4 a worker whose supervisor is killed ends within 5 seconds although a body has taken its event loop', async () => {
    project.remove()
    project = makeProject(HASTY)
    const fleet = up('--workers', '1')
    await start('spinner', { spin: true })
    await whenBegun(1)
    const pid = project.bodies()[0]?.pid as number
    fleet.child.kill('SIGKILL')
    let waitedMs = 0 // counted in steps: on a busy machine they are late, and so are those of the worker
    for (; isRunning(pid); waitedMs += 20) await sleep(20)
    expect(waitedMs).toBeLessThan(5 * SECONDS)
    expect(project.bodies()).toHaveLength(1)
  })

  test('CLI-13 nothing of the project runs in the supervisor', async () => {
    const late = makeProject(LATE)
    const fleet = late.up('--workers', '1')
    fleets.push(fleet)
    await fleet.event('worker.ready')
    await late.run('start', 'plan', '--id', 'a', '--input', '{"ms":50}')
    await fleet.event('agent.takenOver')
    fleet.child.kill('SIGTERM')
    expect(await fleet.ended).toMatchObject({ code: 0 })
    late.remove()
  })

  test('CLI-2 a worker is replaced although a process that it has started lives on', async () => {
    const fleet = up('--workers', '1')
    await start('a', { ms: 100, child: true })
    await fleet.event('agent.takenOver')
    const { pid } = await fleet.event('worker.started')
    process.kill(pid, 'SIGKILL')
    await fleet.event('worker.started', (event) => event.pid !== pid)
    fleet.child.kill('SIGTERM')
    expect((await fleet.ended).code).toBe(0)
  })

  test('CLI-5 an agent that kills its worker is set aside, and the others finish', async () => {
    const fleet = up()
    await Promise.all([start('poison', { poison: true }), start('a', { ms: 50 }), start('b', { ms: 50 })])
    const reported = await fleet.event('agent.reported', ({ code }) => code === 'POISON_AGENT')
    expect(reported.agent).toEqual({ name: 'plan', id: 'poison' })
    await allDone(2)
    const { stdout } = await project.run('ls', '--json', '--status', 'active')
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'poison', condition: 'blocked' }])
  })

  test('CLI-10 a worker whose event loop is blocked is killed, and its agent is set aside like one that kills', async () => {
    project.remove()
    project = makeProject(HASTY)
    const from = performance.now()
    await Promise.all([start('spinner', { spin: true }), start('a', { ms: 50 })])
    // A worker that is starting says nothing: for about as long as these commands took, however busy the machine is.
    const fleet = up('--stall-after', String(2 + Math.round((performance.now() - from) / SECONDS)))
    await fleet.event('worker.stalled')
    const reported = await fleet.event('agent.reported', ({ code }) => code === 'POISON_AGENT')
    expect(reported.agent).toEqual({ name: 'plan', id: 'spinner' })
    await allDone(1)
  })

  test('CLI-11 a fleet drains when no one reads its output any more', async () => {
    const fleet = up()
    await start('a', { ms: 30 * SECONDS })
    await fleet.event('agent.takenOver')
    const pids = fleet.events.flatMap((event) => (event.type === 'worker.started' ? [event.pid] : []))
    fleet.child.stdout?.destroy()
    process.kill(pids[0] as number, 'SIGKILL') // makes it print
    while (fleet.child.exitCode === null || pids.some(isRunning)) await sleep(20)
    expect(fleet.child.exitCode).toBe(0)
  })

  test('CLI-6 a worker that cannot open its store does no harm to those that could, and is tried again', async () => {
    const crowded = makeProject(CROWDED)
    const fleet = crowded.up('--workers', '2')
    fleets.push(fleet)
    await fleet.event('worker.ready')
    const { exitCode } = await fleet.event('worker.died', ({ restartInMs }) => restartInMs > 0)
    expect(exitCode).not.toBe(0)
    await crowded.run('start', 'plan', '--id', 'a')
    await fleet.event('agent.takenOver')
    fleet.child.kill('SIGTERM')
    expect((await fleet.ended).code).toBe(0)
    crowded.remove()
  })

  test('CLI-130 a fleet whose file is deleted under it ends with STORE_FATAL and makes no new one', async () => {
    const fleet = up('--workers', '2')
    await start('a', { ms: 30 * SECONDS })
    await fleet.event('agent.takenOver')
    for (const name of ['w1', 'w2']) await fleet.event('worker.ready', ({ worker }) => worker === name)
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(project.directory, `agents.db${suffix}`), { force: true })
    const { code, stderr } = await fleet.ended
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining('STORE_FATAL') })
    expect(stderr).toContain('Stop all processes')
    expect(existsSync(join(project.directory, 'agents.db'))).toBe(false)
    expect(fleet.events.filter(({ type }) => type === 'worker.started')).toHaveLength(2)
  })

  test('CLI-1 a worker that never comes to its end of opening ends when it is asked to', async () => {
    const hanging = makeProject(HANGING)
    const fleet = hanging.up('--workers', '1')
    fleets.push(fleet)
    await fleet.event('worker.printed', ({ line }) => line === 'opening')
    fleet.child.kill('SIGTERM')
    expect((await fleet.ended).code).toBe(0)
    hanging.remove()
  })

  test('CLI-724 a worker whose store says nothing to its close ends in its time, and says so in a line', async () => {
    const silent = makeProject(UNCLOSED)
    const fleet = silent.up('--workers', '1')
    fleets.push(fleet)
    await fleet.event('worker.ready', () => true)
    fleet.child.kill('SIGTERM')
    expect(await fleet.ended).toMatchObject({ code: 0, stderr: '' })
    const printed = fleet.events.flatMap((event) => (event.type === 'worker.printed' ? [event.line] : []))
    expect(printed).toEqual([expect.stringMatching(/^refold: error: the store did not answer within 2 s: its close/)])
    silent.remove()
  })

  test('CLI-7 two fleets on one store share its agents', async () => {
    const [one, two] = [up('--workers', '1'), up('--workers', '1')]
    await Promise.all(Array.from({ length: 8 }, (_, index) => start(`a${index}`, { ms: 20 })))
    await allDone(8)
    const begun = project.bodies().filter(({ what }) => what === 'begun')
    expect(new Set(begun.map(({ key }) => key)).size).toBe(80)
    expect(begun).toHaveLength(80)
    for (const { child } of [one, two]) child.kill('SIGTERM')
    await Promise.all([one.ended, two.ended])
  })
})

/** Whether the process, and none after it in its place, has taken something over. */
function ownsSomething({ events }: Fleet, started: Extract<FleetEvent, { type: 'worker.started' }>): boolean {
  const since = events.slice(events.indexOf(started) + 1)
  const isReplaced = since.some(
    ({ type, ...event }) => type === 'worker.started' && 'worker' in event && event.worker === started.worker,
  )
  return !isReplaced && since.some((event) => event.type === 'agent.takenOver' && event.worker === started.worker)
}
