/** A look through damaged stores: real files, real processes. */
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Ended, Project } from '../fleet.fixture.js'

type Database = new (file: string) => { exec(sql: string): void; close(): void }

/** Node's own SQLite where it has one, else the package. */
const builtIn = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Database } | undefined
const Database = builtIn?.DatabaseSync ?? (createRequire(import.meta.url)('better-sqlite3') as Database)

interface Finding {
  readonly kind: string
  readonly trouble: string
  readonly stream?: string
  readonly revision?: number
  readonly lost?: number
  readonly message: string
  readonly commands: readonly string[]
}

describe('refold doctor', () => {
  let project: Project
  const at = (name: string): string => join(project.directory, name)
  beforeAll(async () => {
    project = makeProject()
    for (const id of ['1', '2', '3']) await project.run('start', 'plan', '--id', id)
    const fleet = project.up('--workers', '1')
    await fleet.event('worker.ready')
    await project.run('wait', 'plan-3', '--timeout', '60')
    await project.run('wait', 'plan-1', '--timeout', '60')
    await project.run('wait', 'plan-2', '--timeout', '60')
    fleet.child.kill('SIGTERM')
    await fleet.ended
  })
  afterAll(() => project.remove())

  /** A copy of the file with this SQL done to it. */
  function damaged(name: string, sql = ''): string {
    copyFileSync(at('agents.db'), at(name))
    if (sql !== '') {
      const database = new Database(at(name))
      database.exec(sql)
      database.close()
    }
    return name
  }

  async function look(store: string, ...args: string[]): Promise<Ended & { readonly findings: readonly Finding[] }> {
    const ended = await project.run('doctor', '--store', store, '--json', ...args)
    expect(ended.stderr).toBe('')
    return { ...ended, findings: (JSON.parse(ended.stdout) as { findings: readonly Finding[] }).findings }
  }

  test('CLI-94 a store that is well is said to be so, with its numbers', async () => {
    const { code, stdout, stderr } = await project.run('doctor', '--store', damaged('well.db'))
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^agents: 3\nrecords: \d+\nother streams: 1\nfile: .*well.db\nbytes: \d+\n/)
    expect(stdout).toContain('check: integrity_check\n')
    expect(stdout).toMatch(/\nnothing is wrong\n$/)
  })

  const PLAN_2 = "(SELECT id FROM stream WHERE name = 'plan-2')"

  test.each([
    ['a record that is gone', `DELETE FROM log WHERE stream = ${PLAN_2} AND revision = 4`, 'GAP', 4],
    ['the first records', `DELETE FROM log WHERE stream = ${PLAN_2} AND revision < 3`, 'GAP', 0],
    [
      'a patch that does not fit',
      `UPDATE log SET shape = NULL, vals = '"gone",{"refold":{"v":0,"agent":"plan@1","at":1,"input":{"kind":"event"},"body":{"patch":[{"op":"remove","path":"/state/none"}]}}}' WHERE stream = ${PLAN_2} AND revision = 5`,
      'UNREADABLE',
      5,
    ],
    [
      'a newer format',
      `UPDATE log SET shape = NULL, vals = '"gone",{"refold":{"v":9,"agent":"plan@1","at":1,"input":{"kind":"event"},"body":{"patch":[]}}}' WHERE stream = ${PLAN_2} AND revision = 5`,
      'NEWER_FORMAT',
      5,
    ],
    [
      'another history',
      `UPDATE log SET shape = NULL, vals = '"gone",{"$correlationId":"other","refold":{"v":0,"agent":"plan@1","at":1,"input":{"kind":"event"},"body":{"patch":[]}}}' WHERE stream = ${PLAN_2} AND revision = 5`,
      'LINEAGE',
      5,
    ],
  ])('CLI-94 %s is found, with what is lost and what to do', async (name, sql, trouble, revision) => {
    const file = damaged(`${name.replaceAll(' ', '-')}.db`, sql)
    const { code, findings } = await look(file)
    expect(code).toBe(1)
    const found = findings.find((one) => one.trouble === trouble)
    expect(found).toMatchObject({ kind: 'wrong', stream: 'plan-2', revision })
    expect(found?.lost).toBeGreaterThan(3)
    if (trouble !== 'NEWER_FORMAT')
      expect(found?.commands).toEqual([`refold export plan-2 -o plan-2.jsonl --store ${file}`])
    expect(findings.filter(({ stream }) => stream !== undefined && stream !== 'plan-2')).toEqual([])
    const { stdout } = await project.run('doctor', '--store', file)
    expect(stdout).toContain(`wrong  plan-2: `)
    expect(stdout).toContain(`lost: its state from record ${revision} on`)
  })

  test('FOLD-19 the plan names the doctor for an agent whose records cannot be folded, and he names older releases', async () => {
    const sql = `UPDATE log SET shape = NULL, vals = '{' WHERE stream = ${PLAN_2} AND revision = 5`
    const file = damaged('unfolded.db', `${sql}; UPDATE stream SET pending = 1 WHERE id = ${PLAN_2}`)
    expect((await project.run('plan', '--store', file)).stdout).toContain(`refold doctor --store ${file}`)
    expect((await project.run('doctor', '--store', file)).stdout).toContain('only the release that wrote it reads')
  })

  test('CLI-94 CLI-97 an old directory is found, and made again', async () => {
    const file = damaged('old-directory.db', `UPDATE stream SET status = 0, pending = 1 WHERE id = ${PLAN_2}`)
    const { code, findings } = await look(file)
    expect(code).toBe(1)
    expect(findings).toMatchObject([{ trouble: 'DIRECTORY', commands: [`refold rebuild --store ${file}`] }])
    expect(findings[0]?.message).toContain('of 1 agent what the records say: plan-2')
    expect(await project.run('rebuild', '--store', file)).toMatchObject({
      code: 0,
      stdout: 'agents: 3, entries repaired: 1\n',
    })
    expect((await look(file)).code).toBe(0)
  })

  test('CLI-94 events of another program are worth a note, and nothing is wrong with them', async () => {
    const sql = `INSERT INTO log (position, stream, revision, prefix, event, at, shape, vals, data)
      SELECT max(position) + 1, ${PLAN_2}, (SELECT max(revision) + 1 FROM log WHERE stream = ${PLAN_2}), NULL, 'by-hand', NULL, NULL, '"noted",{}', '1' FROM log`
    const { code, findings } = await look(damaged('foreign.db', sql))
    expect(code).toBe(0)
    expect(findings).toMatchObject([{ kind: 'note', trouble: 'FOREIGN', stream: 'plan-2' }])
  })

  test.each([
    ['flipped bytes', (bytes: Buffer) => bytes.fill(0xa5, bytes.length - 9_000, bytes.length - 5_000)],
    ['a cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 8_192)],
    ['a page of zeros', (bytes: Buffer) => bytes.fill(0, 4_096 * 3, 4_096 * 5)],
    ['a head that is gone', (bytes: Buffer) => bytes.fill(0x20, 0, 100)],
    ['nothing but text', () => Buffer.from('whales '.repeat(5_000))],
  ])('CLI-94 CLI-95 a file with %s is told to be damaged, and left as it is', async (name, damage) => {
    const file = `${name.replaceAll(' ', '-')}.db`
    writeFileSync(at(file), damage(readFileSync(at('agents.db'))))
    const before = readFileSync(at(file))
    const { code, findings } = await look(file)
    expect(code).toBe(1)
    expect(findings[0]).toMatchObject({ kind: 'wrong', trouble: 'STORE' })
    expect(readFileSync(at(file)).equals(before)).toBe(true)
  })

  test('CLI-95 nothing is written to a file or a lock, and no older one is brought to a newer schema', async () => {
    const old = damaged('old.db', 'PRAGMA user_version = 1')
    const before = [readFileSync(at('agents.db')), readFileSync(at(old)), locks()]
    expect(await look(old)).toMatchObject({ code: 1, findings: [{ message: expect.stringContaining('schema 1') }] })
    expect((await look('agents.db')).code).toBe(0)
    expect([readFileSync(at('agents.db')), readFileSync(at(old)), locks()]).toEqual(before)
    expect(await project.run('doctor', '--store', 'nowhere.db')).toMatchObject({ code: 2 })
    expect(existsSync(at('nowhere.db'))).toBe(false)
  })

  test('CLI-95 it looks while a worker writes, and tells of lock files that the dead left', async () => {
    const own = makeProject()
    await own.run('start', 'plan', '--id', 'long', '--input', '{"ms":200}')
    const fleet = own.up('--workers', '1')
    const { pid } = await fleet.event('worker.started')
    await fleet.event('worker.ready')
    const during = await own.run('doctor', '--store', 'agents.db', '--json')
    expect(during).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(during.stdout)).toMatchObject({ agents: 1, facts: { workers: 1 }, findings: [] })
    fleet.child.kill('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await fleet.ended
    const after = await own.run('doctor', '--store', 'agents.db', '--json')
    expect(after.code).toBe(0)
    expect(JSON.parse(after.stdout)).toMatchObject({
      facts: { workers: 0 },
      findings: [{ kind: 'note', message: expect.stringContaining('1 lock file of workers that are gone') }],
    })
    own.remove()
  })

  test('CLI-96 the configuration is loaded only when it is asked for, and names what has no place', async () => {
    const file = at('other.config.mjs')
    const text = readFileSync(at('refold.config.mjs'), 'utf8')
    writeFileSync(file, `${text.replace("name: 'plan'", "name: 'other'")}\nconsole.error('loaded')`)
    const waiting = damaged('waiting.db', `UPDATE stream SET status = 0 WHERE id = ${PLAN_2}`)
    await project.run('rebuild', '--store', waiting)
    await project.run('start', 'plan', '--id', 'idle', '--store', waiting)
    const without = await project.run('doctor', '--store', waiting)
    expect(without).toMatchObject({ code: 0, stderr: '' })
    const { code, stdout, stderr } = await project.run(
      'doctor',
      '--store',
      waiting,
      '--agents',
      '--config',
      file,
      '--json',
    )
    expect([code, stderr]).toEqual([1, 'loaded\n'])
    expect((JSON.parse(stdout) as { findings: unknown }).findings).toMatchObject([
      { trouble: 'PLACE', message: expect.stringContaining('"plan": 1 agent') },
    ])
  })

  test('CLI-94 a file that this process may not read is told so', async () => {
    const file = damaged('closed.db')
    chmodSync(at(file), 0)
    const isRoot = process.geteuid?.() === 0 // who may read everything
    expect(await project.run('doctor', '--store', file)).toMatchObject({ code: isRoot ? 0 : 1 })
  })

  function locks(): readonly (readonly [string, number])[] {
    const directory = at('agents.db-workers')
    if (!existsSync(directory)) return []
    return readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mtimeMs] as const)
  }
})
