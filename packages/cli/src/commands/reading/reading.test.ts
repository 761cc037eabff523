/** The reading commands: on a real file, and the answers of most without a process of their own. */
import { once } from 'node:events'
import { statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CODED, ended, makeProject } from '../../fleet.fixture.js'
import type { Ended } from '../../fleet.fixture.js'
import { makeProgram } from '../../program.js'
import { blame } from './blame.js'
import { diff } from './diff.js'
import { explain } from './explain.js'
import { find } from './find.js'
import { history } from './history.js'
import { ANSWER, makePast } from './past.fixture.js'
import type { PastFile } from './past.fixture.js'
import { show } from './show.js'
import type { ShownAgent } from './shown-agent.js'
import { state } from './state.js'

let past: PastFile
beforeAll(async () => {
  past = await makePast()
})
afterAll(() => past.remove())

const run = (args: readonly string[], env = {}): Promise<Ended> => past.run(args, env)
const onStore = (): { store: string; json: false } => ({ store: past.store, json: false })
const asJson = (): { store: string; json: true } => ({ store: past.store, json: true })

async function shown(agent: string): Promise<ShownAgent> {
  return JSON.parse((await show(agent, asJson())).text) as ShownAgent
}

describe('the reading commands', () => {
  test('CLI-40 take the store alone or an exported file, load no configuration then, and write nothing', async () => {
    const before = statSync(past.store).size
    const answers = ['500', '500', '500']
    const path = ['--path', '/context/cents']
    const told = [
      await run(['state', 'research-42', ...path, '--store', past.store]),
      await run(['state', 'research-42', ...path, '--store', past.exported]),
      await run(['state', 'research-42', ...path], { REFOLD_STORE: past.store }),
    ]
    expect(told).toEqual(answers.map((stdout) => ({ code: 0, stdout: `${stdout}\n`, stderr: '' })))
    expect((await run(['state', 'research-42'])).stderr).toContain('this must not run')
    expect(statSync(past.store).size).toBe(before)
  })

  test('CLI-442 wait needs the store alone, takes an exported file as it ends, and notes a state that is in no chart', async () => {
    const waited = (agent: string, ...more: string[]): Promise<Ended> => run(['wait', agent, '--timeout', '1', ...more])
    const asking = await waited('order-2', '--store', past.store, '--state', 'asking')
    expect(asking).toEqual({ code: 0, stdout: 'running "asking"\n', stderr: '' })
    const answered = { stdout: 'running "answered"\n', stderr: '' }
    expect(await waited('research-42', '--store', past.exported, '--state', 'answered')).toEqual({
      code: 0,
      ...answered,
    })
    expect(await waited('research-42', '--store', past.exported)).toEqual({ code: 1, ...answered })
    const never = await waited('order-2', '--store', past.store, '--state', 'askin')
    expect([never.code, never.stdout]).toEqual([1, ''])
    expect(never.stderr).toMatch(/^the chart of order-2 has no state askin\. Did you mean asking\?\n(.|\n)*TIMEOUT/)
  })

  test('CLI-522 HIS-272 wait without a time stays until the agent has ended, also where nothing else keeps its process', async () => {
    const project = makeProject()
    await project.run('start', 'plan', '--id', '1')
    const waiting = project.begin('wait', 'plan-1', '--state', 'wroking')
    const ending = ended(waiting)
    await once(waiting.stderr as Readable, 'data') // it says that there is no such state, and waits
    await project.run('cancel', 'plan-1')
    expect(await ending).toMatchObject({ code: 1, stdout: 'stopped "working"\n' })
    project.remove()
  })

  test('CLI-523 wait for an agent whose state cannot be read says why at once', async () => {
    const project = makeProject(CODED)
    await project.run('start', 'plan', '--id', '1')
    expect(await project.run('wait', 'plan-1', '--state', 'working', '--store', 'agents.db')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error\[UNREADABLE\].*"turning"(.|\n)*the same codecs/) as string,
    })
    project.remove()
  })

  test.each<readonly [string, (place: { store: string; json: true }) => Promise<{ readonly text: string }>]>([
    ['history', (place) => history('research-42', place)],
    ['state', (place) => state('research-42', { ...place, at: '3' })],
    ['diff', (place) => diff('research-42', '1..3', place)],
    ['blame', (place) => blame('writer-7', '/context/text', place)],
    ['explain', (place) => explain('writer-7@1', place)],
    ['find', (place) => find('research-42', { ...place, where: ['state=answered'] })],
  ])('CLI-40 %s tells of an exported file what it tells of the store', async (_name, ask) => {
    const { text } = await ask({ store: past.exported, json: true })
    expect(text).toBe((await ask(asJson())).text)
    expect(text.length).toBeGreaterThan(50)
  })

  test('CLI-41 show tells where an agent stands, what it waits for and what it takes', async () => {
    expect(await shown('order-2')).toMatchObject({
      agent: 'order-2',
      definition: 'order',
      version: 1,
      active: ['asking'],
      condition: 'running',
      inStateSince: { revision: 0 },
      takes: [
        { type: 'accept', needsApproval: true },
        { type: 'pack', needsApproval: false },
        { type: 'note', needsApproval: false },
      ],
      timers: [{ setAt: 0 }],
      context: { price: 7 },
    })
    const { text } = await show('order-2', onStore())
    expect(text).toMatch(
      /^agent +order-2, running\ndefinition +order version 1\nstate +asking\nsince +\d{4}-.*Z \(.*\), revision 0\n/,
    )
    expect(text).toMatch(/takes +accept \(approval\) pack note\n/)
    expect(text).toMatch(/\nTIMER\tID\tREV\tDUE\nxstate\.after\.3600000.*\t0\.t0\t0\t.*\(in 59 min\)/)
    expect((await show('order-1', onStore())).text).toMatch(/started .* by cy\n/)
    expect((await show('research-42', { ...onStore(), store: past.exported })).text).not.toContain('what can be done')
  })

  test('CLI-42 show of what holds an agent up says what, where, since when, and what can be done', async () => {
    expect(await shown('order-1')).toMatchObject({
      heldUp: {
        condition: 'blocked',
        error: expect.stringContaining('no such box') as string,
        state: ['packing'],
        event: expect.stringContaining('xstate.after.1') as string,
        stack: expect.stringContaining('past.fixture') as string,
        since: expect.any(Number) as number,
        revision: expect.any(Number) as number,
      },
      waiting: [{}],
    })
    const place = ` --store ${past.store}`
    const commandsOf = async (agent: string): Promise<readonly string[]> =>
      (await shown(agent)).ways.map(({ command }) => command.replace(place, ''))
    expect(await commandsOf('order-1')).toEqual(['refold retry order-1', 'refold cancel order-1'])
    expect(await commandsOf('order-4')).toEqual(['refold resume order-4', 'refold cancel order-4'])
    expect(await commandsOf('order-3')).toEqual([
      "refold resolve order-3 1.0 --complete '{}' --revision 3",
      'refold resolve order-3 1.0 --again --revision 3',
      "refold resolve order-3 1.0 --fail 'the reason' --revision 3",
      'refold cancel order-3',
    ])
    expect(await commandsOf('order-2')).toEqual([
      "refold approve order-2 accept --by 'your name'",
      'refold send order-2 pack',
      'refold send order-2 note',
    ])
    expect(await commandsOf('research-42')).toEqual([`refold send research-42 budget '{"cents":"…"}'`])
    const { text } = await show('order-4', onStore())
    expect(text).toMatch(/\nheld up +paused by ana \(no stock\)\nsince +\d{4}/)
    expect(text).toContain(`  let it go on:\n    refold resume order-4${place}\n`)
    expect((await show('order-3', onStore())).text).toMatch(
      /\neffect +charge \(1\.0\), asked for by revision 1\b.*\n +in doubt since .*: it took longer than it may\n +attempt 1 began/,
    )
  })

  test('CLI-900 show of an effect in doubt tells its key', async () => {
    const [effect] = (await shown('order-3')).effects
    const { text } = await show('order-3', onStore())
    expect(effect?.key).toMatch(/\.\d+$/)
    expect(text).toMatch(/\n +in doubt since .*\n +attempt 1 began .*\n +its key is \S+\n/)
    expect(text).toContain(` its key is ${effect?.key}\n`)
    expect((await show('order-1', onStore())).text).not.toContain('its key is')
  })

  test('CLI-42 every command that is told to be pasted is one that there is, with its options', async () => {
    const { commands } = makeProgram('1')
    for (const agent of ['order-1', 'order-2', 'order-3', 'order-4', 'research-42'])
      for (const { command } of (await shown(agent)).ways) {
        const [, name, ...words] = command.split(' ')
        const known = commands.find((one) => one.name() === name)?.options.map(({ long }) => long)
        for (const word of words.filter((one) => one.startsWith('--'))) expect(known).toContain(word)
      }
  })

  test('CLI-43 history lists records by moments, by type and by place, with payloads when asked', async () => {
    const revisions = async (options: object, agent = 'research-42'): Promise<readonly number[]> =>
      (JSON.parse((await history(agent, { ...asJson(), ...options })).text) as { revision: number }[]).map(
        ({ revision }) => revision,
      )
    const all = await revisions({})
    expect(all.slice(0, 3)).toEqual([0, 1, 2])
    expect(await revisions({ from: '1', to: '2' })).toEqual([1, 2])
    expect(await revisions({ type: 'ask' })).toEqual([2])
    expect(await revisions({ type: 'effect.done' })).toEqual(await revisions({ type: 'refold.effect.done' }))
    expect(await revisions({ touch: '/context/cents' })).toEqual([0, 1])
    expect(await revisions({ limit: 2 })).toEqual(all.slice(-2))
    expect(await revisions({ limit: 1, touch: '/context/cents' })).toEqual([1])
    expect(await revisions({ from: '-1h' })).toEqual(all)
    expect(await revisions({ to: '-1h' })).toEqual([])
    expect(await revisions({ from: '2020-01-01', to: '2020-01-02T00:00:00Z' })).toEqual([])
    const { text } = await history('research-42', { ...onStore(), from: '1', to: '2', payload: true })
    const [head, first, second] = text.split('\n').map((line) => line.split('\t'))
    expect(head).toEqual(['REV', 'TIME', 'TYPE', 'ABOUT', 'BECOMES', 'BY', 'PAYLOAD'])
    expect([first?.[0], ...(first?.slice(2) ?? [])]).toEqual(['1', 'budget', '', '', 'bob', '{"cents":500}'])
    expect(second?.slice(2, 6)).toEqual(['ask', '', 'thinking', 'ada (a child wants to know)'])
  })

  test('CLI-44 state gives what an agent was at a moment, and one place of it', async () => {
    expect(JSON.parse((await state('research-42', { ...onStore(), at: '1' })).text)).toMatchObject({
      agent: 'research-42',
      revision: 1,
      value: 'idle',
      context: { cents: 500, question: '' },
    })
    expect(JSON.parse((await state('research-42', asJson())).text)).toMatchObject({
      agent: 'research-42',
      context: { answer: ANSWER },
      document: { agent: { definition: 'research' } },
    })
    expect((await state('research-42', { ...onStore(), at: '-0s', path: '/context/answer' })).text).toBe(`"${ANSWER}"`)
    expect((await state('research-42', { ...onStore(), path: '' })).text).toContain('"effects"')
  })

  test('CLI-45 diff tells what differs between two moments or agents, as a table, a patch and an exit code', async () => {
    const table = await diff('research-42', '0..1', { ...onStore(), exitCode: true })
    expect(table).toMatchObject({ isSo: false })
    expect(table.text.split('\n').slice(1)).toEqual(['replace\t/root/context/cents\t0\t500'])
    expect(JSON.parse((await diff('research-42', '1..0', { ...asJson(), patch: true })).text)).toEqual([
      { op: 'replace', path: '/root/context/cents', value: 0 },
    ])
    expect(JSON.parse((await diff('order-1@0', 'order-2@0', asJson())).text)).toMatchObject({
      from: { agent: 'order-1', revision: 0 },
      to: { agent: 'order-2', revision: 0 },
    })
    expect((await run(['diff', 'research-42', '0..1', '--exit-code', '-s', past.store])).code).toBe(1)
    expect((await run(['diff', 'research-42', '1..1', '--exit-code', '-s', past.store])).code).toBe(0)
  })

  test('CLI-111 diff of two agents compares them as they are now, where no moment is said', async () => {
    expect(JSON.parse((await diff('order-1@0', 'order-2', asJson())).text)).toMatchObject({
      from: { agent: 'order-1', revision: 0 },
      to: { agent: 'order-2', revision: 0 },
    })
    expect((await diff('order-2', 'order-2', onStore())).text).toBe('CHANGE\tPATH\tBEFORE\tAFTER')
  })

  test('CLI-46 blame goes from a field through the model to the person', async () => {
    const { text } = await blame('writer-7', '/context/text', onStore())
    expect(text).toContain(`/root/context/text = "${ANSWER}"\n`)
    expect(text).toMatch(/\nwriter-7\t1\t[^\t]+\tdraft\tcopied\t\/data\/text\t/)
    expect(text).toMatch(/\nresearch-42\t\d\t[^\t]+\trefold\.effect\.done of callModel\tequal\t\/data\/output\/text\t/)
    expect(text).toMatch(/because of\n.*\nresearch-42\t2\t[^\t]+\task\tada/)
    expect(text).toMatch(/\nIt came from a caller: ada \(a child wants to know\)\.$/)
    expect((await blame('research-42', '/context/cents', { ...onStore(), at: '0' })).text).toContain('refold.started')
  })

  test('CLI-46 explain tells a record whole, and the chain of its causes', async () => {
    const { text } = await explain('research-42@2', onStore())
    expect(text).toMatch(
      /^record +research-42@2 ask\ntime +\d{4}.*\nby +ada \(a child wants to know\)\npayload +\{"question"/,
    )
    expect(text).toMatch(/\nbecomes +thinking\n/)
    expect(text).toMatch(/\nreplace\t\/root\/context\/question\t"Why is the sky blue\?"\n/)
    expect(text).toMatch(/\nwhy\nAGENT\t.*\nresearch-42\t2\t/)
    const { chain } = JSON.parse((await explain('writer-7@1', asJson())).text) as { chain: { agent: object }[] }
    expect(chain.map((cause) => cause.agent)).toMatchObject([
      { name: 'writer' },
      { name: 'research' },
      { name: 'research' },
    ])
  })

  test('CLI-47 find tells the first revision at which conditions hold, or every one at which that changes', async () => {
    const flips = async (all: boolean, ...where: readonly string[]): Promise<readonly object[]> =>
      JSON.parse((await find('research-42', { ...asJson(), where, all })).text) as object[]
    expect(await flips(false, 'state=thinking')).toMatchObject([{ revision: 2, becomes: true, type: 'ask' }])
    expect(await flips(true, 'state=thinking')).toMatchObject([{ revision: 2 }, { becomes: false }])
    expect(await flips(false, '/context/cents>=500', 'state!=idle')).toMatchObject([{ revision: 2 }])
    expect(await flips(false, 'status=done')).toEqual([])
    expect((await find('order-1', { ...onStore(), where: ['condition=blocked'] })).text.split('\n')).toHaveLength(2)
  })
})
