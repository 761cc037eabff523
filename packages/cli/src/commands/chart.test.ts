/** Charts from real stores. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

describe('refold chart', () => {
  let project: Project
  beforeAll(() => {
    project = makeProject()
  })
  afterAll(() => project.remove())

  test('CLI-98 comes from the configuration before there is an agent, and then from the store, without the configuration', async () => {
    const before = await project.run('chart', 'plan', '--json')
    expect(JSON.parse(before.stdout)).toMatchObject({ definition: 'plan', version: 1, from: 'configuration' })
    await project.run('start', 'plan', '--id', '1')
    const stored = await project.run('chart', 'plan', '--store', 'agents.db', '--json')
    expect(stored).toMatchObject({ code: 0, stderr: '' })
    const { chart, ...rest } = JSON.parse(stored.stdout) as Record<string, unknown>
    expect(chart).toEqual((JSON.parse(before.stdout) as typeof rest)['chart'])
    expect(rest).toMatchObject({ from: 'store', active: [] })
    const mermaid = await project.run('chart', 'plan', '--store', 'agents.db')
    expect(mermaid.stdout).toMatch(/^stateDiagram-v2\n/)
    const svg = await project.run('chart', 'plan', '--format', 'svg', '--store', 'agents.db')
    expect(svg.stdout).toMatch(/^<svg .*<\/svg>\n$/s)
  })

  test('CLI-99 the states of an agent are lit, now and at a revision', async () => {
    const now = await project.run('chart', '--agent', 'plan-1', '--store', 'agents.db')
    expect(now.stdout).toMatch(/\n {2}class s1 lit\n$/)
    const then = await project.run('chart', 'plan', '--agent', 'plan-1@0', '--format', 'svg')
    expect(then.stdout).toContain('class="state atomic lit"')
  })

  test.each([
    [['chart'], 2, 'no definition is named'],
    [['chart', 'plan', '--format', 'png'], 2, 'One of: mermaid, svg.'],
    [['chart', 'plann'], 3, 'neither the store nor the configuration has a chart of plann'],
    [['chart', 'plan', '--version', '7'], 3, 'plan@7'],
    [['chart', '--agent', 'plan-9'], 3, 'no agent "plan-9"'],
    [['chart', '--agent', 'plan-1@99'], 3, 'plan-1'],
    [['chart', 'other', '--agent', 'plan-1'], 2, 'no agent of other'],
    [['chart', '--agent', 'plan'], 2, 'names no agent'],
  ])('CLI-98 %j ends with %i', async (args, code, text) => {
    const ended = await project.run(...args)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(text)
  })
})
