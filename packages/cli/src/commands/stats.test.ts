/** Numbers of a real store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

describe('refold stats', () => {
  let project: Project
  beforeAll(async () => {
    project = makeProject()
    for (const id of ['1', '2', '3']) await project.run('start', 'plan', '--id', id)
    await project.run('pause', 'plan-3')
    await project.run('cancel', 'plan-2')
  })
  afterAll(() => project.remove())

  test('CLI-105 counts where agents stand, without the configuration', async () => {
    const { code, stdout, stderr } = await project.run('stats', '--store', 'agents.db', '--json')
    expect([code, stderr]).toEqual([0, ''])
    const { groups } = JSON.parse(stdout) as { readonly groups: readonly { readonly agents: number }[] }
    expect(groups).toHaveLength(3)
    const alike = { definition: 'plan', version: 1, agents: 1, inDoubt: 0, overdue: 0 }
    expect(groups).toContainEqual({ ...alike, status: 'active', condition: 'running', states: ['working'], pending: 1 })
    expect(groups).toContainEqual({ ...alike, status: 'active', condition: 'paused', states: ['working'], pending: 1 })
    expect(groups).toContainEqual(expect.objectContaining({ ...alike, status: 'stopped', condition: 'ended' }))
    const table = await project.run('stats', 'plan')
    expect(table.stdout.split('\n')[0]).toBe(
      'DEFINITION\tVERSION\tSTATUS\tCONDITION\tSTATE\tAGENTS\tPENDING\tIN-DOUBT\tOVERDUE',
    )
    expect(table.stdout).toContain('plan\t1\tactive\tpaused\tworking\t1\t1\t0\t0\n')
  })

  test('DIR-116 ls lists no agent that has ended as running', async () => {
    const ls = async (...args: string[]): Promise<unknown> =>
      (JSON.parse((await project.run('ls', '--json', ...args)).stdout) as { stream: string; condition: string }[]).map(
        ({ stream, condition }) => [stream, condition],
      )
    expect(await ls('--status', 'stopped')).toEqual([['plan-2', 'ended']])
    expect(await ls('--condition', 'running')).not.toContainEqual(expect.arrayContaining(['plan-2']))
    expect(await ls('--condition', 'running', '--status', 'stopped')).toEqual([])
    expect(await ls('--where', 'condition=ended')).toEqual([['plan-2', 'ended']])
  })

  test('CLI-124 a definition that no agent has is told with one that is near', async () => {
    for (const command of ['ls', 'stats', 'export'])
      expect(await project.run(command, 'plam', '--store', 'agents.db')).toMatchObject({
        code: 3,
        stdout: '',
        stderr: expect.stringContaining('Did you mean plan?'),
      })
    expect((await project.run('ls', 'plan-1')).stderr).toContain('It is an agent: `refold show plan-1`')
    expect((await project.run('stats', 'nothing')).stderr).toContain('There are agents of plan.')
    expect(await project.run('ls', 'plan', '--condition', 'blocked', '--json')).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: '',
    })
  })

  test('CLI-105 with --log tells what they wrote', async () => {
    const { stdout } = await project.run('stats', '--log', '--json')
    const { written } = JSON.parse(stdout) as { readonly written: readonly Record<string, unknown>[] }
    expect(written).toMatchObject([
      { definition: 'plan', agents: 3, records: 5, lastDay: 5, perDay: 5, longestSilent: { agent: 'plan-1' } },
    ])
    expect(written[0]?.['bytesPerRecord']).toBeGreaterThan(100)
    expect((await project.run('stats', '--log')).stdout).toMatch(
      /^DEFINITION\t.*\nplan\t3\t5\t5\t5\t\d+\tplan-1\t20.*Z\n$/,
    )
  })
})
