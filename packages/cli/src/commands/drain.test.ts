/** `refold drain` of real workers on a real file. `npm run build` comes first. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HASTY, makeProject } from '../fleet.fixture.js'
import type { Fleet, Project } from '../fleet.fixture.js'

interface Row {
  readonly status: string
  readonly owner?: string
}

describe('refold drain', () => {
  let project: Project
  let fleets: Fleet[] = []
  beforeEach(() => {
    project = makeProject(HASTY)
  })
  afterEach(async () => {
    for (const { child } of fleets) child.kill('SIGKILL')
    await Promise.all(fleets.map(({ ended }) => ended.catch(() => undefined)))
    fleets = []
    project.remove()
  })

  /** Of one worker. */
  async function fleet(): Promise<Fleet> {
    const up = project.up('--workers', '1', '--no-health')
    fleets.push(up)
    await up.event('worker.ready')
    return up
  }
  const rows = async (): Promise<readonly Row[]> =>
    JSON.parse((await project.run('ls', '--json')).stdout) as readonly Row[]
  const ownerOf = async (): Promise<string> => {
    for (;;) {
      const [row] = await rows()
      if (row?.owner !== undefined && row.owner !== null) return row.owner
    }
  }

  test('CLI-150 a worker hands over, ends with its fleet, and the agent goes on in another', async () => {
    const first = await fleet()
    expect((await project.run('start', 'plan', '--id', '1', '--input', '{"ms":60000}')).code).toBe(0)
    const owner = await ownerOf()
    const second = await fleet()
    const drained = await project.run('drain', owner, '--by', 'ana', '--reason', 'new kernel')
    expect(drained).toEqual({ code: 0, stdout: 'w1 has handed over what it had, and ended\n', stderr: '' })
    expect((await first.ended).code).toBe(0)
    expect(first.events.map(({ type }) => type)).not.toContain('worker.died')
    expect(await first.event('agent.reported')).toMatchObject({
      code: 'DRAINED',
      message: expect.stringMatching(/as ana asked: new kernel/) as string,
    })
    await second.event('agent.takenOver')
    expect(await rows()).toMatchObject([{ status: 'active', pending: 1 }])
    expect(await ownerOf()).not.toBe(owner)
    expect((await project.run('history', 'plan-1', '--json')).stdout).toMatch(/"by":"ana","reason":"new kernel"/)
    const again = await project.run('drain', owner, '--json')
    expect([again.code, JSON.parse(again.stdout)]).toEqual([0, { worker: owner }])
  })

  test('CLI-150 CLI-175 its name is enough where one of that name has work; one that has none, or is unknown, is refused', async () => {
    const only = await fleet()
    expect((await project.run('drain', 'w1')).stderr).toContain('no worker w1 has effects in hand')
    expect((await project.run('start', 'plan', '--id', '1', '--input', '{"ms":60000}')).code).toBe(0)
    await ownerOf()
    expect(await project.run('drain', 'w7')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: /NOT_FOUND.*has effects in hand.*refold ls --json/s,
    })
    expect((await project.run('drain', 'w1')).code).toBe(0)
    expect((await only.ended).code).toBe(0)
    expect(await rows()).toMatchObject([{ status: 'active', pending: 1 }])
  })

  test('CLI-150 several of one name are told apart by their ids', async () => {
    await fleet()
    for (const id of ['1', '2', '3', '4']) await project.run('start', 'plan', '--id', id, '--input', '{"ms":60000}')
    await ownerOf()
    const first = (await rows())[0]?.owner
    await fleet()
    // What comes now may go to either: more and more, until both have some.
    for (let id = 5; new Set((await rows()).map(({ owner }) => owner)).size < 2; id++)
      await project.run('start', 'plan', '--id', String(id), '--input', '{"ms":60000}')
    const refused = await project.run('drain', 'w1')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(first)
  })
})
