import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { beforeEach, describe, expect, it } from 'vitest'
import { modelServer } from '../05-tool-calling-chat-agent/model-server.fixture.js'
import { moment } from '../moment.fixture.js'
import { runExample, startExample } from '../process.fixture.js'
import type { Ended } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { noWitness } from './actors.js'
import { reviewAgent } from './agent.js'
import { STEPS } from './findings.js'
import { writeProject } from './project.fixture.js'

const CLI = fileURLToPath(new URL('../../packages/cli/bin/refold.js', import.meta.url))
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
let project: string
let store: string

beforeEach(() => {
  project = writeProject(tempFile('small'))
  store = tempFile('review.db')
})

/** The report of a run, and how often each step's body began. */
async function review(
  directory: string,
  args: readonly string[],
): Promise<Ended & { report: string; begun: Record<string, number> }> {
  const file = join(dirname(store), 'review.md')
  const ended = await runExample('main-job/main', [directory, '--store', store, '--report', file, ...args])
  return { ...ended, report: existsSync(file) ? readFileSync(file, 'utf8') : '', begun: begunIn(ended.stdout) }
}

/** From the table at the end. */
function begunIn(stdout: string): Record<string, number> {
  const rows = [...stdout.matchAll(/^[ \d]\d (\w+) +(\d+) +\d+/gm)]
  return Object.fromEntries(rows.map(([, step, begun]) => [step, Number(begun)]))
}

const ONCE = Object.fromEntries(STEPS.map((step) => [step, 1]))

describe('npm start', () => {
  it('is killed in step 5 and finishes: eleven bodies for ten steps, and the report of an unkilled run', async () => {
    const unkilled = await review(project, ['--kill-at', 'none'])
    expect(unkilled).toMatchObject({ code: 3, begun: ONCE })
    const killed = await review(project, ['--fresh'])
    expect(killed).toMatchObject({ code: 3, begun: { ...ONCE, sizes: 2 }, report: unkilled.report })
    expect(killed.stdout).toContain(' 5 sizes      KILLED (SIGKILL)')
    expect(killed.stdout).toContain('11 bodies for 10 steps, in 2 processes')
    expect(killed.stdout).toMatch(/killed in 'sizes': .+ from the start of the new process to the step's own restart/)
  })

  it('INS-50 ends with the command that shows in the inspector what it did', async () => {
    const { stdout } = await review(project, ['--kill-at', 'none'])
    const [line = '', agent = ''] = /npx refold inspect (\S+) --store .+/.exec(stdout) ?? []
    const words = line.split(' ').slice(2)
    const child = spawn(process.execPath, [CLI, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    expect(new URL(url).pathname).toBe(`/a/${agent}`)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('survives a kill in every step', async () => {
    const unkilled = await review(project, ['--kill-at', 'none'])
    const killed = await review(project, ['--fresh', '--kill-at', 'every'])
    expect(killed).toMatchObject({ code: 3, report: unkilled.report })
    expect(killed.stdout.match(/KILLED/g)).toHaveLength(STEPS.length)
    expect(Object.values(killed.begun).every((begun) => begun >= 2)).toBe(true)
  })

  it('reviews this repository, killed or not, with the same report', async () => {
    const unkilled = await review(REPOSITORY, ['--kill-at', 'none'])
    expect(unkilled).toMatchObject({ code: 0, begun: ONCE })
    expect(unkilled.report).toContain('# Dependencies of refold-workspace')
    for (const step of ['licences', 'provenance']) {
      const killed = await review(REPOSITORY, ['--kill-at', step])
      expect(killed.report).toBe(unkilled.report)
      expect(killed.begun[step]).toBe(2)
    }
  })

  it('goes on after Ctrl-C', async () => {
    const { come: isAsked, reach: ask } = moment()
    await using server = await modelServer(async (_asked, index) => {
      ask()
      return index === 0 ? new Promise(() => {}) : { tokens: ['All ', 'is well.'] }
    })
    const args = [
      project,
      '--store',
      store,
      '--report',
      join(dirname(store), 'r.md'),
      '--kill-at',
      'none',
      '--llm-url',
      server.url,
      '--llm-model',
      'm',
    ]
    const first = startExample('main-job/main', args)
    await isAsked
    first.child.kill('SIGINT')
    expect(await first.ended).toMatchObject({ code: 130, stdout: expect.stringContaining('--resume') })

    const second = await runExample('main-job/main', ['--resume', '--store', store])
    expect(second.code).toBe(3)
    expect(begunIn(second.stdout)).toEqual({ ...ONCE, summary: 2 })
    expect(readFileSync(join(dirname(store), 'r.md'), 'utf8')).toContain('All is well.')
    expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('lets a model write the summary: its tokens are shown as they come, its cost is counted, its key is not stored', async () => {
    await using server = await modelServer(() => ({ tokens: ['All ', 'is ', 'well.'] }))
    const flags = [
      '--llm-url',
      server.url,
      '--llm-model',
      'm',
      '--llm-key-env',
      'MY_KEY',
      '--price-in',
      '3',
      '--price-out',
      '10',
    ]
    const file = join(dirname(store), 'r.md')
    const ended = await runExample('main-job/main', [project, '--store', store, '--report', file, ...flags], {
      env: { MY_KEY: 'very-secret' },
    })
    expect(ended.stdout).toContain('\nAll is well.\n')
    expect(ended.stdout).toContain('m: 10 tokens read, 5 written, cost 0.000080')
    expect(server.asked[0]?.headers.authorization).toBe('Bearer very-secret')
    expect(readFileSync(store).includes('very-secret')).toBe(false)
    expect(readFileSync(file, 'utf8')).toContain('(Summary by m.)')
  })

  it('writes the summary from the template when the model cannot be reached, after three attempts', async () => {
    await using server = await modelServer(() => ({ status: 503 }))
    const ended = await review(project, ['--kill-at', 'none', '--llm-url', server.url, '--llm-model', 'm'])
    expect(ended).toMatchObject({ code: 3, begun: { ...ONCE, summary: 3 } })
    expect(server.asked).toHaveLength(3)
    expect(ended.report).toContain('(Summary by template, as the model could not be reached.)')
  })

  it('takes a decision from any process that sends one', async () => {
    // The agent waits where no one decides: here its only worker is this test's own.
    const definition = reviewAgent(noWitness)
    await using refold = await createRuntime({ store: sqliteStore(store), agents: [definition] })
    const input = { directory: project, report: join(dirname(store), 'r.md'), day: '2026-01-02', llm: null }
    const agent = await refold.start(definition, { id: '1', input })
    const { context } = await agent.waitFor((state) => state.matches('deciding'))
    expect(context.proposal?.verdict).toBe('reject')
    await agent.send({ type: 'decide', verdict: 'accept', by: 'ana' })
    expect((await agent.done()).output.decision).toEqual({ verdict: 'accept', by: 'ana' })
  })

  it('tells what can be changed, and what is wrong', async () => {
    expect(await runExample('main-job/main', ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--kill-at N'),
    })
    expect(await runExample('main-job/main', ['--kill-at', '99'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("not '99'"),
    })
    expect(await runExample('main-job/main', ['--resume', '--store', store])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing to resume'),
    })
  })

  it('fails when a step does, and says why', async () => {
    const ended = await runExample('main-job/main', [
      project,
      '--store',
      store,
      '--report',
      join(project, 'package.json', 'r.md'),
      '--kill-at',
      'none',
    ])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^review-\S+ failed: E(EXIST|NOTDIR)/) })
  })
})
