import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyAgent } from '@refold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

const CORE = new URL('../../../core/dist/index.js', import.meta.url).href
const XSTATE = import.meta.resolve('xstate')
const ZOD = import.meta.resolve('zod')

/** Looks like a definition. */
const AGENT = "{ name: 'a', version: 1 }"

describe('the command line', () => {
  let project: Project
  beforeAll(() => {
    project = makeProject()
  })
  afterAll(() => project.remove())

  test('CLI-8 data goes to the standard output, and an error to the standard error, with its code and what to do', async () => {
    expect(await project.run('start', 'plan', '--id', '1')).toEqual({ code: 0, stdout: 'plan-1\n', stderr: '' })
    const { stdout } = await project.run('ls', 'plan', '--json')
    expect(JSON.parse(stdout)).toMatchObject([{ stream: 'plan-1', status: 'active' }])
    const unknown = await project.run('start', 'plann', '--id', '1')
    expect(unknown).toMatchObject({ code: 3, stdout: '' })
    expect(unknown.stderr).toBe('error[UNKNOWN_DEFINITION] the configuration has no agent "plann"\n  It has: plan.\n')
    const asJson = await project.run('send', 'plan-none', 'go', '--json')
    expect(asJson).toMatchObject({ code: 3, stdout: '' })
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'NOT_FOUND' } })
  })

  test.each([
    [['start', 'plan', '--input', '{'], 2, 'INVALID_INPUT'],
    [['start', 'plan', '--input', '@nowhere.json'], 2, 'INVALID_INPUT'],
    [['start', 'plan', '--id', '1', '--input', '{"ms":7}'], 5, 'ID_REUSED'],
    [['send', 'plan', 'go'], 2, 'INVALID_ID'],
    [['send', 'plan-1', 'go', '[]'], 2, 'INVALID_INPUT'],
    [['send', 'plan-1', 'go'], 1, 'EVENT_NOT_ACCEPTED'],
    [['ls', '--status', 'lost'], 2, 'INVALID_INPUT'],
    [['start', 'plan', '--input', `{"deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`], 1, 'NOT_SERIALIZABLE'],
    [['ls', '--store', 'typo.db'], 2, 'INVALID_INPUT'],
    [['send', 'plan-1', 'go', '--store', 'typo.db'], 2, 'INVALID_INPUT'],
    [['up', '--config', 'nowhere.mjs'], 2, 'NO_CONFIG'],
    [['up', '--store', '/proc/none/agents.db'], 7, 'STORE_FATAL'],
  ])('CLI-8 %j ends with exit code %i and %s', async (args, code, name) => {
    const ended = await project.run(...args)
    expect(ended.stderr).toContain(`error[${name}]`)
    expect(ended.code).toBe(code)
    expect(existsSync(join(project.directory, 'typo.db'))).toBe(false)
  })

  test('CLI-20 what stands in ids and errors is shown to a terminal, and does nothing to it', async () => {
    const hostile = 'plan-\u001b]0;x\u0007\u009b2J\u202e'
    for (const args of [
      ['send', hostile, 'go'],
      ['send', hostile, 'go', '--json'],
      ['start', hostile],
      ['ls', '--status', hostile],
    ]) {
      const { stderr } = await project.run(...args)
      expect(stderr).toMatch(/\\u009b2J/)
      expect(stderr.replaceAll('\n', '')).toMatch(/^[\x20-\x7e]+$/)
    }
  })

  test.each([
    ['http://user:secret@host/db'],
    ['postgres://user:secret@host:5432/db?x=y'],
    ['esdb://user:secret@127.0.0.1:1?bogus=1'],
  ])('CLI-21 a password in %s is printed nowhere', async (address) => {
    for (const args of [['ls'], ['ls', '--json'], ['plan'], ['up', '--workers', '1']]) {
      const { code, stdout, stderr } = await project.run(...args, '--store', address)
      expect(`${stdout}${stderr}`).not.toContain('secret')
      expect(code).not.toBe(0)
    }
  })

  test('CLI-8 a command that has done its work says so where its output cannot be written', async () => {
    const { code, stderr } = await project.runInto('/dev/full', 'start', 'plan', '--id', 'full')
    expect(stderr).toContain('it is done')
    expect(code).toBe(0)
    expect((await project.runInto('/dev/full', 'ls')).code).toBe(1)
  })

  test.each([
    [['bogus'], "unknown command 'bogus'"],
    [['up', 'extra'], 'too many arguments'],
    [['up', '--workers', '0'], 'positive integer'],
    [['up', '--wrokers', '2'], 'Did you mean --workers?'],
    [['start'], "missing required argument 'definition'"],
    [['bogus'], '(refold --help says what there is)'],
    [['diff', 'plan-1', '1', '2'], '(refold diff --help says what there is)'],
    [['trace', 'bogus'], '(refold trace --help says what there is)'],
  ])('CLI-8 the usage mistake %j is told and ends with exit code 2', async (args, text) => {
    const ended = await project.run(...args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(text)
  })

  test.each([
    [['bogus'], "unknown command 'bogus'"],
    [['show'], "missing required argument 'agent'"],
    [['ls', '--stats'], "unknown option '--stats'"],
    [['ls', '--limit', '0'], 'positive integer'],
    [['help', 'bogus'], "unknown command 'bogus'"],
  ])('CLI-114 the usage mistake %j is told to a program as JSON, and as nothing else', async (args, text) => {
    const ended = await project.run(...args, '--json')
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(JSON.parse(ended.stderr)).toMatchObject({
      error: {
        code: 'INVALID_INPUT',
        message: expect.stringContaining(text) as string,
        hint: expect.any(String) as string,
      },
    })
  })

  test.each([
    ['export default 7', 'no default export that is an object'],
    ['export default { agents: [] }', '`agents` must be a list'],
    ['export default { agents: [1] }', '`agents[0]` is no definition'],
    [`export default { agents: [${AGENT}, ${AGENT}] }`, '`agents` has a@1 twice'],
    [`export default { agents: [${AGENT}], worker: 5 }`, '`worker` must be an object'],
    [`export default { agents: [${AGENT}], store: 2 }`, '`store` must be a function'],
    [`export default { agents: [${AGENT}], stor: 2 }`, '"stor" is not known'],
    [`export default { agents: [${AGENT}], codecs: {} }`, '`codecs` must be a list'],
    [`export default { agents: [${AGENT}], workers: 0 }`, '`workers` must be a positive integer'],
    [`export default { agents: [${AGENT}], health: 9464 }`, '`health` must be an address or false'],
    ['throw new Error("out of tea")', 'out of tea'],
    ['import "nothing-of-this-name"', 'nothing-of-this-name'],
  ])('CLI-9 the configuration %j is refused before anything starts', async (text, problem) => {
    const file = join(project.directory, 'broken.mjs')
    writeFileSync(file, text)
    for (const command of [['up'], ['ls']]) {
      const ended = await project.run(...command, '--config', file)
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain('error[INVALID_CONFIG]')
      expect(ended.stderr).toContain(problem)
    }
  })

  test('CLI-9 a configuration in a project of CommonJS is told how to be a module', async () => {
    const own = makeProject()
    const file = join(own.directory, 'refold.config.js')
    writeFileSync(join(own.directory, 'package.json'), '{ "type": "commonjs" }')
    writeFileSync(file, `export default { agents: [${AGENT}] }`)
    const { code, stderr } = await own.run('ls', '--config', file)
    expect(code).toBe(2)
    expect(stderr).toContain('Name it refold.config.mjs, or say "type": "module" in your package.json.')
    own.remove()
  })

  test('CLI-22 an event reaches an agent of an older version, whose chart takes it', async () => {
    const version = (number: number, event: string): string =>
      `defineAgent({ name: 'sided', version: ${number}, machine: setup({}).createMachine({ initial: 'a', states: { a: { on: { ${event}: 'b' } }, b: {} } }) })`
    const write = (...versions: readonly string[]): string => {
      const file = join(project.directory, `sided-${versions.length}.mjs`)
      const imports = [['defineAgent', CORE] as const, ['setup', XSTATE] as const]
      const lines = imports.map(([name, from]) => `import { ${name} } from ${JSON.stringify(from)}`)
      writeFileSync(file, [...lines, `export default { agents: [${versions.join(', ')}] }`].join('\n'))
      return file
    }
    const old = write(version(1, 'go'))
    const both = write(version(1, 'go'), version(2, 'leave'))
    expect(await project.run('start', 'sided', '--id', '1', '--config', old)).toMatchObject({ code: 0 })
    expect(await project.run('start', 'sided', '--id', '2', '--config', both)).toMatchObject({ code: 0 })
    expect(await project.run('send', 'sided-1', 'go', '--config', both)).toMatchObject({ code: 0, stdout: '"b"\n' })
    expect(await project.run('send', 'sided-2', 'leave', '--config', both)).toMatchObject({ code: 0, stdout: '"b"\n' })
  })

  test('SND-10 an event for a blocked agent is refused, and with --keep stored until a retry', async () => {
    const { config, broken, open } = await blockedProject(project)
    const send = (...args: string[]) => project.run('send', 'shaky-1', 'note', '--config', config, ...args)
    expect(await send()).toMatchObject({ code: 1, stdout: '' })
    const kept = await send('--keep', '--json')
    expect(kept).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(kept.stdout)).toEqual({
      agent: { name: 'shaky', id: '1' },
      revision: 2,
      status: 'active',
      value: 'working',
      condition: 'blocked',
      deferred: [],
    })
    broken.chart = false
    await open(async (agent) => {
      await agent.retry()
      await agent.waitFor((state) => state.context.notes === 1)
    })
  })

  test('CLI-30 CLI-31 CLI-32 an event that is only kept is told so, and a payload that says another type is refused', async () => {
    const file = join(project.directory, 'early.mjs')
    const states = "{ a: { on: { go: 'b' } }, b: { on: { early: 'c' } }, c: {} }"
    const machine = `setup({}).createMachine({ initial: 'a', states: ${states} })`
    const early = 'early: { schema: z.object({}), defer: true }, go: z.object({})'
    const imports = [['defineAgent', CORE] as const, ['setup', XSTATE] as const, ['z', ZOD] as const]
    const lines = imports.map(([name, from]) => `import { ${name} } from ${JSON.stringify(from)}`)
    const agent = `defineAgent({ name: 'soon', version: 1, machine: ${machine}, events: { ${early} } })`
    writeFileSync(file, [...lines, `export default { agents: [${agent}] }`].join('\n'))
    const run = (...args: string[]) => project.run(...args, '--config', file)
    await run('start', 'soon', '--id', '1')
    expect(await run('send', 'soon-1', 'early', '{"type":"go"}')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the payload says the type "go"') as string,
    })
    expect(await run('send', 'soon-1', 'early', '{"type":"early"}')).toEqual({
      code: 0,
      stdout: '"a"\n',
      stderr: '"early" is kept until a state of soon-1 takes it; 1 wait so\n',
    })
    expect(await run('send', 'soon-1', 'go', '--expect', '0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error[WRONG_REVISION]') as string,
    })
    expect(await run('send', 'soon-1', 'go', '--expect', '1')).toMatchObject({ code: 0, stderr: '' })
  })

  test('SND-21 `start --event` stores the start with its first event, or nothing', async () => {
    const file = join(project.directory, 'first.mjs')
    const states = "{ a: { on: { go: { target: 'b', guard: ({ event }) => event.far === true } } }, b: {} }"
    const machine = `setup({}).createMachine({ initial: 'a', states: ${states} })`
    const imports = [['defineAgent', CORE] as const, ['setup', XSTATE] as const]
    const lines = imports.map(([name, from]) => `import { ${name} } from ${JSON.stringify(from)}`)
    const definition = `defineAgent({ name: 'first', version: 1, machine: ${machine} })`
    writeFileSync(file, [...lines, `export default { agents: [${definition}] }`].join('\n'))
    const start = (...args: string[]) => project.run('start', 'first', '--id', '1', '--config', file, ...args)
    expect((await start('--event', 'go')).stderr).toContain('error[EVENT_NOT_ACCEPTED]')
    expect((await start('--payload', '{}')).stderr).toContain('error[INVALID_INPUT] --payload stands beside no event')
    expect((await project.run('ls', 'first', '--config', file)).stdout).not.toContain('first-1')
    for (const _again of [1, 2])
      expect(await start('--event', 'go', '--payload', '{"far":true}')).toMatchObject({ code: 0, stdout: 'first-1\n' })
    expect(await start()).toMatchObject({ code: 5 })
    expect((await project.run('ls', 'first', '--config', file)).stdout).toContain('b')
  })

  test('CLI-14 the plan says what a worker would do, and does nothing', async () => {
    const own = makeProject()
    await own.run('start', 'plan', '--id', '1')
    const { code, stdout } = await own.run('plan', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ resumed: [{ agent: { name: 'plan', id: '1' } }] })
    expect((await own.run('plan')).stdout).toContain('plan-1')
    expect(own.bodies()).toEqual([])
    own.remove()
  })

  test('CLI-8 the help names every command and exit code', async () => {
    const { code, stdout } = await project.run('--help')
    expect(code).toBe(0)
    for (const word of ['up', 'start', 'send', 'ls', 'plan', 'Exit codes']) expect(stdout).toContain(word)
  })
})

/** A project with an agent `shaky-1` that its chart has blocked; it throws no more once `broken.chart` is false. */
async function blockedProject(project: Project) {
  const config = join(project.directory, 'shaky.mjs')
  const imports = [
    ['assign, setup', XSTATE],
    ['createRuntime, defineAgent, effect', CORE],
    ['sqliteStore', new URL('../../../sqlite/dist/index.js', import.meta.url).href],
  ] as const
  writeFileSync(
    config,
    [...imports.map(([names, from]) => `import { ${names} } from ${JSON.stringify(from)}`), SHAKY].join('\n'),
  )
  const { broken, open } = (await import(config)) as {
    readonly broken: { chart: boolean }
    readonly open: (work: (agent: AnyAgent) => Promise<unknown>) => Promise<void>
  }
  await open((agent) => agent.waitFor((state) => state.condition === 'blocked'))
  return { config, broken, open }
}

const SHAKY = `export const broken = { chart: true }
const machine = setup({ actors: { work: effect(async () => 'paid') } }).createMachine({
  context: { notes: 0 },
  initial: 'working',
  on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
  states: {
    working: { invoke: { src: 'work', onDone: { target: 'worked', actions: assign(() => {
      if (broken.chart) throw new TypeError('no such field')
    }) } } },
    worked: {},
  },
})
const shaky = defineAgent({ name: 'shaky', version: 1, machine })
const store = () => sqliteStore(new URL('shaky.db', import.meta.url).pathname)
export default { agents: [shaky], store }
export const open = async (work) => {
  const refold = await createRuntime({ store: store(), agents: [shaky], onReport: () => {} })
  try {
    await work(await refold.start(shaky, { id: '1' }))
  } finally {
    await refold.close()
  }
}`
