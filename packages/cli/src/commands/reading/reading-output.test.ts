/** What the reading commands say of bad input, and what they do with hostile and with huge values. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HUGE, makePast } from './past.fixture.js'
import type { PastFile } from './past.fixture.js'
import { longJson, shortJson } from './shown.js'

let past: PastFile
beforeAll(async () => {
  past = await makePast()
})
afterAll(() => past.remove())

describe('the reading commands', () => {
  test.each<readonly [readonly string[], number, string]>([
    [['show', 'reserch-42'], 3, 'Did you mean research-42?'],
    [['history', '42'], 3, 'Did you mean research-42?'],
    [['state', 'research-42', '--at', '99'], 3, 'Its last revision is'],
    [['state', 'research-42', '--at', '2020-01-01'], 3, 'It began at'],
    [['state', 'research-42', '--at', 'yesterday'], 2, 'A revision (412)'],
    [['state', 'research-42', '--path', '/context/none'], 3, 'nothing stands at /context/none'],
    [['blame', 'research-42', 'context'], 2, 'names no place'],
    [['explain', 'research-42'], 2, 'names no moment'],
    [['find', 'research-42', '--where', 'eval(1)'], 2, 'is no condition'],
    [['find', 'research-42'], 2, 'required option'],
    [['export', 'reserch-42'], 3, 'Did you mean research-42?'],
    [['diff', 'research-42', '4'], 2, 'names no two moments'],
    [['diff', 'research-42', 'yesterday..today'], 2, 'A revision (412)'],
    [['diff', 'research-42', 'reserch-42'], 3, 'Did you mean research-42?'],
  ])('CLI-48 %j ends with %i and says what to do', async (args, code, hint) => {
    const ended = await past.run([...args, '--store', past.store])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(hint)
  })

  test.each([
    ['state=thinkng', 'Did you mean thinking?'],
    ['state=nowhere', 'the chart of research-42 has no state nowhere'],
    ['/context/cent>100', 'Did you mean /context/cents?'],
    ['/contxt/cents/x>100', 'Did you mean /context/cents/x?'],
    ['/context/cents/x=1', 'nothing ever stood at /context/cents/x in research-42'],
  ])('CLI-337 find says that %s can never have been so', async (where, hint) => {
    for (const more of [[], ['--json']]) {
      const args = ['find', 'research-42', '--where', where, '--where', 'status=stopped', ...more]
      const ended = await past.run([...args, '--store', past.store])
      expect(ended).toMatchObject({ code: 3, stdout: '' })
      expect(ended.stderr).toContain(hint)
    }
    const known = ['/context/none', '/context/cents>1000000', 'state=idle']
    const args = ['find', 'research-42', ...known.flatMap((each) => ['--where', each])]
    expect(await past.run([...args, '--store', past.store])).toMatchObject({ code: 0, stderr: 'it was never so\n' })
  })

  test('CLI-125 history says that a range ends before it begins, and that nothing came since a moment', async () => {
    for (const [from, to] of [
      ['5', '2'],
      ['2026-02-01', '2026-01-01'],
      ['-1h', '-2h'],
    ] as const) {
      const ended = await past.run(['history', 'research-42', `--from=${from}`, `--to=${to}`, '--store', past.store])
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('ends before it begins') })
    }
    const empty = await past.run(['history', 'research-42', '--from', '2999-01-01', '--json', '--store', past.store])
    expect(empty).toMatchObject({
      code: 0,
      stdout: '[]\n',
      stderr: expect.stringContaining('the last record is revision'),
    })
    const beyond = await past.run(['history', 'research-42', '--from', '99', '--store', past.store])
    expect(beyond).toMatchObject({ code: 3, stderr: expect.stringContaining('Its last revision is') })
  })

  test.each([
    [['histroy', '--help'], 'Did you mean history?'],
    [['histroy'], 'Did you mean history?'],
    [['help', 'histroy'], 'Did you mean history?'],
    [['trace', 'exprt', '--help'], 'Did you mean export?'],
    [['bogus', '-h'], "unknown command 'bogus'"],
  ])('CLI-126 %j is no command', async (args, hint) => {
    expect(await past.run(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(hint) })
    for (const known of [
      ['help'],
      ['help', 'history'],
      ['history', '--help'],
      ['parked', 'none', '--help'],
      ['--help'],
    ])
      expect((await past.run(known)).code, known.join(' ')).toBe(0)
  })

  test('CLI-48 a store that is named by nothing is told, and what was never so is', async () => {
    const empty = await past.run(['state', 'research-42', '--store', ''])
    expect(empty).toMatchObject({ code: 2, stdout: '' })
    expect(empty.stderr).toContain('--store is empty')
    const never = await past.run(['find', 'research-42', '--where', 'status=stopped', '--store', past.store])
    expect(never).toMatchObject({ code: 0, stderr: 'it was never so\n' })
  })

  test('CLI-49 ten megabytes of state are whole for another program, which may stop reading when it has enough', async () => {
    const args = ['state', 'order-6', '--path', '/context/note', '--store', past.store]
    expect((await past.run(args)).stdout).toHaveLength(HUGE + 3)
    const child = past.start(args)
    child.stdout?.once('data', () => child.stdout?.destroy())
    let stderr = ''
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
    expect([...(await once(child, 'close')), stderr]).toEqual([0, null, ''])
  })

  test('CLI-49 in a terminal values are cut, and it is said how to see them whole', () => {
    const value = { text: 'x'.repeat(HUGE) }
    const terminal = { isTTY: true, columns: 80 }
    expect(shortJson(value, terminal)).toMatch(/^\{"text":"x{80,}…$/)
    expect(shortJson(value, {})).toBe(JSON.stringify(value))
    expect(shortJson(undefined, terminal)).toBe('')
    const { text, note } = longJson(value, terminal)
    expect(text.length).toBeLessThan(30_000)
    expect(note).toContain('--json')
    expect(longJson(value, {})).toEqual({ text: JSON.stringify(value, undefined, 2) })
  })

  test.each([
    ['show', ['order-5']],
    ['history', ['order-5', '--payload']],
    ['state', ['order-5']],
    ['diff', ['order-5', '0..1']],
    ['blame', ['order-5', '/context/note']],
    ['explain', ['order-5@1']],
    ['find', ['order-5', '--where', '/context/note']],
  ])('CLI-50 %s shows hostile text, and it does nothing to a terminal', async (name, args) => {
    for (const more of [[], ['--json']]) {
      const { code, stdout } = await past.run([name, ...args, ...more, '--store', past.store])
      expect(code).toBe(0)
      expect(stdout).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u)
      expect(stdout).not.toMatch(/^ERROR/m)
    }
  })

  const INSPECTOR = '../../../../inspector/src/'

  test('CLI-51 the reading commands load neither XState, RxJS nor zod', () => {
    const seen = new Set<string>()
    const foreign = new Set<string>()
    const visit = (url: URL): void => {
      if (seen.has(url.href)) return
      seen.add(url.href)
      for (const [, from = ''] of readFileSync(url, 'utf8').matchAll(
        /^(?:import|export) (?!type\b).*?from '([^']+)'/gms,
      ))
        if (from.startsWith('.')) visit(new URL(from.replace(/\.js$/, '.ts'), url))
        else if (from.startsWith('@refold/inspector/'))
          visit(new URL(`${INSPECTOR}${from.slice('@refold/inspector/'.length)}.ts`, import.meta.url))
        else foreign.add(from)
    }
    for (const name of ['show', 'history', 'state', 'diff', 'blame', 'explain', 'find'])
      visit(new URL(`./${name}.ts`, import.meta.url))
    for (const file of ['../list.ts', '../../program.ts', '../../main.ts']) visit(new URL(file, import.meta.url))
    expect(
      [...foreign].filter((name) => !name.startsWith('node:') && !/^@refold\/core\/(history|record|store)$/.test(name)),
    ).toEqual(['commander'])
  })

  test('INS-51 no command but `inspect` loads the server of the inspector', () => {
    const seen = new Set<string>()
    const visit = (url: URL): void => {
      if (seen.has(url.href)) return
      seen.add(url.href)
      for (const [, from = ''] of readFileSync(url, 'utf8').matchAll(/(?:from|import\() ?'([^']+)'/g))
        if (from.startsWith('.')) visit(new URL(from.replace(/\.js$/, '.ts'), url))
        else if (from.startsWith('@refold/inspector')) seen.add(from)
    }
    const commands = readdirSync(new URL('..', import.meta.url)).filter((name) => /^[a-z-]+\.ts$/.test(name))
    const all = [...commands.filter((name) => !name.startsWith('inspect')), '../up/up.ts', '../up/worker-process.ts']
    for (const name of all) visit(new URL(`../${name}`, import.meta.url))
    expect(all.length).toBeGreaterThan(30)
    expect([...seen].filter((name) => name.startsWith('@refold/inspector')).toSorted()).toEqual(
      ['answers', 'chart', 'commands', 'fleet'].map((part) => `@refold/inspector/${part}`),
    )
    seen.clear()
    for (const part of ['answers', 'chart', 'commands', 'fleet'])
      visit(new URL(`${INSPECTOR}${part}.ts`, import.meta.url))
    expect([...seen].filter((name) => name.includes('/inspector/src/server/'))).toEqual([])
  })
})
