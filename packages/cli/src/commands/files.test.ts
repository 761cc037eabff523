/** Agents as files: real processes on real stores. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHistory, openExport } from '@refold/core/history'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

describe('agents as files', () => {
  let project: Project
  const at = (name: string): string => join(project.directory, name)
  beforeAll(async () => {
    project = makeProject()
    for (const id of ['1', '2', '3']) await project.run('start', 'plan', '--id', id)
  })
  afterAll(() => project.remove())

  test('CLI-90 agents, a definition or all are written to a file or the standard output, with their charts', async () => {
    const one = await project.run('export', 'plan-2')
    expect(one).toMatchObject({ code: 0, stderr: '' })
    const file = await openExport(new Blob([one.stdout]))
    expect(file.streams.map(({ stream }) => stream)).toEqual(['plan-2', expect.stringMatching(/^refold-chart-/)])
    expect((await openHistory(file, 'plan-2')).last).toBe(0)
    const all = await project.run('export', '--all', '-o', 'all.jsonl', '--store', 'agents.db', '--json')
    expect(all).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(all.stdout)).toMatchObject({ file: 'all.jsonl', agents: 3, records: 4 })
    const named = await project.run('export', 'plan', 'plan-1', '-o', 'plans.jsonl')
    expect(named.stdout).toMatch(/^plans.jsonl {2}agents: 3, records: 4, bytes: \d+\n$/)
    expect(readFileSync(at('plans.jsonl'), 'utf8').split('\n')).toHaveLength(7)
  })

  test.each([
    [['export'], 2, 'no agent is named'],
    [['export', 'plan-1', '--all'], 2, 'two ways'],
    [['export', 'plan-none', '-o', 'none.jsonl'], 3, 'there is no agent "plan-none"'],
    [['export', 'plann'], 3, 'no agent of the definition "plann"'],
    [['export', 'plan-1', '-o', 'nowhere/a.jsonl'], 2, 'cannot be written'],
    [['export', 'plan-1', '-o', '.'], 2, 'no file'],
    [['import', 'nowhere.jsonl', '--store', 'other.db'], 2, 'cannot be read'],
    [['import', 'agents.db', '--store', 'other.db'], 1, 'no export of Refold'],
  ])('CLI-90 CLI-93 %j ends with %i', async (args, code, text) => {
    const ended = await project.run(...args)
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(text)
    for (const file of ['none.jsonl', 'other.db']) expect(existsSync(at(file))).toBe(false)
    expect(readdirSync(project.directory).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('CLI-784 two exports to one name leave a whole file', async () => {
    const into = (): Promise<unknown> => project.run('export', '--all', '-o', 'one.jsonl')
    expect(await Promise.all([into(), into(), into()])).toEqual(Array(3).fill(expect.objectContaining({ code: 0 })))
    expect(readFileSync(at('one.jsonl'), 'utf8')).toBe(readFileSync(at('all.jsonl'), 'utf8'))
  })

  test('CLI-90 an output that cannot be written is told', async () => {
    const { code, stderr } = await project.runInto('/dev/full', 'export', '--all')
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be written')])
  })

  test('CLI-92 CLI-93 they come paused into another store, once', async () => {
    await project.run('export', '--all', '-o', 'moved.jsonl')
    const into = ['--store', 'moved.db', '--by', 'ana']
    const imported = await project.run('import', 'moved.jsonl', ...into)
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(imported.stdout).toContain('agents: 3, new: 3, records appended: 7\n3 paused')
    const { stdout } = await project.run('ls', '--store', 'moved.db', '--condition', 'paused', '--quiet')
    expect(stdout).toBe('plan-1\nplan-2\nplan-3\n')
    const told = await project.run('tail', 'plan-1', '--once', '--store', 'moved.db')
    expect(told.stdout).toContain('refold.paused')
    expect(told.stdout).toContain('by ana')
    const again = await project.run('import', 'moved.jsonl', ...into, '--json')
    expect(JSON.parse(again.stdout)).toEqual({ agents: 3, paused: 3, added: 0, stored: 0 })
    expect(await project.run('import', 'moved.jsonl')).toMatchObject({ code: 5, stdout: '' })
    writeFileSync(at('cut.jsonl'), readFileSync(at('moved.jsonl'), 'utf8').slice(0, -80))
    const cut = await project.run('import', 'cut.jsonl', '--store', 'cut.db')
    expect(cut).toMatchObject({ code: 1, stdout: '' })
    expect(cut.stderr).toContain('nothing was imported')
  })
})
