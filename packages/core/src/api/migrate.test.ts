/** Moving agents from one version of their definition to another. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

/** Version 2 calls the state `review` `approval`; version 1 cannot take the body's answer. */
function versionOf(version: 1 | 2, body: ControlledBody['body']) {
  const review = version === 1 ? 'review' : 'approval'
  const machine = setup({
    types: { context: {} as { answer: unknown }, events: {} as { type: 'approve' } },
    actors: { ask: effect<unknown, { job: string }>(body) },
    actions: {
      keep: assign({
        answer: ({ event }: { event: unknown }) => {
          if (version === 1) throw new Error('version 1 cannot read it')
          return (event as { output: unknown }).output
        },
      }),
    },
  }).createMachine({
    id: 'form',
    context: { answer: null },
    initial: 'asking',
    states: {
      asking: {
        on: { approve: review },
        invoke: { src: 'ask', input: { job: 'it' }, onDone: { target: review, actions: 'keep' } },
      },
      [review]: { on: { approve: 'done' } },
      done: { type: 'final' },
    },
  })
  return defineAgent({ name: 'form', version, machine })
}

async function scene() {
  const log = memoryLog()
  const work = controlledBody()
  const [one, two] = [versionOf(1, work.body), versionOf(2, work.body)]
  const process = await startProcess({ log, agents: [one, two] })
  const agent = await process.runtime.start(one, { id: '1' })
  await settle()
  return { log, work, one, two, process, agent }
}

const LONE = { kind: 'promise', src: 'ask', scheduledBy: 'it' }
const RENAMED = [{ op: 'replace', path: '/root/value', value: 'approval' }] as const

describe('migrating an agent', () => {
  test('RCV-11 a state that the new chart does not have is named, and a patch gives it its place', async () => {
    const { log, two, process, agent } = await scene()
    await agent.send({ type: 'approve' })
    await expect(process.runtime.migrate(two, '1')).rejects.toMatchObject({
      code: 'NEEDS_MIGRATION',
      facts: { missing: [{ kind: 'state' }] },
    })
    const moved = await process.runtime.migrate(two, '1', { patch: RENAMED, by: 'ana' })
    expect(moved.getSnapshot().value).toBe('approval')
    expect((await moved.send({ type: 'approve' })).status).toBe('done')
    expect(await typesOf(log, 'form-1')).toEqual(['refold.started', 'approve', 'refold.migrated', 'approve'])
    expect(await memoryStore(log).directory.get('form-1')).toMatchObject({ version: 2, status: 'done' })
  })

  test('I18 a blocked agent keeps what was paid for, and the new chart decides it', async () => {
    const { work, two, process, agent } = await scene()
    work.last.resolve('paid answer')
    await settle()
    expect(agent.getSnapshot().condition).toBe('blocked')
    const moved = await process.runtime.migrate(two, '1')
    expect(moved.getSnapshot().condition).toBe('blocked')
    const after = await moved.retry()
    expect([after.value, after.context]).toEqual(['approval', { answer: 'paid answer' }])
    expect(work.runs).toHaveLength(1)
  })

  test('an agent whose effects run is refused until it is paused; its effect goes on under the new version', async () => {
    const { work, two, process, agent } = await scene()
    await expect(process.runtime.migrate(two, '1')).rejects.toMatchObject({ code: 'OWNER_MAY_LIVE' })
    await agent.pause()
    const moved = await process.runtime.migrate(two, '1')
    await moved.resume()
    await settle()
    expect(work.runs.map(({ args }) => args.key)).toEqual([work.runs[0]?.args.key, work.runs[0]?.args.key])
    work.last.resolve('answer')
    await settle()
    expect(moved.getSnapshot().value).toBe('approval')
  })

  test.each([
    ['Refold’s own part', [{ op: 'replace', path: '/agent/epoch', value: 9 }], '/agent/epoch'],
    ['nothing that is there', [{ op: 'replace', path: '/root/context/no/such', value: 9 }], '/root/context/no/such'],
    ['a prototype', [{ op: 'add', path: '/root/context/__proto__', value: 9 }], '/root/context/__proto__'],
    ['no state’s root', [{ op: 'replace', path: '/root', value: 7 }], '/root'],
    ['no actor’s kind', [{ op: 'replace', path: '/root/kind', value: 'robot' }], '/root/kind'],
    ['no context', [{ op: 'remove', path: '/root/context' }], '/root/context'],
    ['an effect of no actor', [{ op: 'add', path: '/effects/9.0', value: LONE }], '/effects/9.0'],
    ['a timer without a time', [{ op: 'add', path: '/timers/9.t0', value: {} }], '/timers/9.t0/source'],
    ['what is no JSON', [{ op: 'add', path: '/root/context/a', value: new Date(0) }], 'patch/0/value'],
    ['an operation of another kind', [{ op: 'move', path: '/root/context/a', from: '/root' }], '/root/context/a'],
    ['no operation', [null], 'patch/0'],
    ['no list', {}, 'patch'],
  ] as const)(
    'RCV-23 a patch over %s is INVALID_INPUT at its path, and nothing is recorded',
    async (_, patch, path) => {
      const { log, two, process, agent } = await scene()
      await agent.send({ type: 'approve' })
      const refused = process.runtime.migrate(two, '1', { patch: patch as never })
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path } })
      expect(await typesOf(log, 'form-1')).not.toContain('refold.migrated')
      expect((await agent.send({ type: 'approve' })).status).toBe('done')
    },
  )

  test('RCV-23 a patch that takes an effect away, and leaves the actor that waits for it, is refused at the actor', async () => {
    const { two, process, agent } = await scene()
    await agent.pause()
    const patch = [{ op: 'remove', path: '/effects/0.0' }] as const
    await expect(process.runtime.migrate(two, '1', { patch })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path: '/root/children/0.form.asking' },
    })
    await expect(process.runtime.migrate(two, '1', { beginMissing: 'yes' } as never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path: 'beginMissing' },
    })
  })

  test('RCV-114 a patch that tests another value than stands there moves nothing; one that holds does, and leaves no trace', async () => {
    const { log, two, process, agent } = await scene()
    await agent.send({ type: 'approve' })
    const testing = (value: string) => [{ op: 'test', path: '/root/value', value } as const, ...RENAMED]
    await expect(process.runtime.migrate(two, '1', { patch: testing('asking') })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('another value stands there') as unknown,
      facts: { path: '/root/value' },
    })
    expect(await typesOf(log, 'form-1')).toEqual(['refold.started', 'approve'])
    const fork = await process.runtime.fork(two, '1', { as: '2', patch: testing('review') })
    expect(fork.getSnapshot().value).toBe('approval')
    const moved = await process.runtime.migrate(two, '1', { patch: testing('review') })
    expect(moved.getSnapshot().value).toBe('approval')
  })

  test.each([
    ['a member', { list: 1 }, { from: '/root/context/answer/list', path: '/root/context/answer/rows' }, { rows: 1 }],
    ['an item', [1, 2, 3], { from: '/root/context/answer/0', path: '/root/context/answer/2' }, [2, 3, 1]],
  ] as const)('RCV-114 %s moves: it is removed, and then added', async (_, value, places, answer) => {
    const { two, process, agent } = await scene()
    await agent.send({ type: 'approve' })
    const patch = [...RENAMED, { op: 'add', path: '/root/context/answer', value }, { op: 'move', ...places }] as const
    expect((await process.runtime.migrate(two, '1', { patch })).getSnapshot().context).toEqual({ answer })
  })

  test.each([
    [
      'moves nothing',
      [{ op: 'move', from: '/root/context/none', path: '/root/context/answer' }],
      '/root/context/answer',
    ],
    ['moves without a source', [{ op: 'move', path: '/root/context/answer' }], 'patch/0/from'],
    ['moves Refold’s own part', [{ op: 'move', from: '/agent/epoch', path: '/root/context/answer' }], '/agent/epoch'],
    ['tests what is not there', [{ op: 'test', path: '/root/context/none', value: 1 }], '/root/context/none'],
    ['is mistyped', [{ op: 'repalce', path: '/root/value', value: 'approval' }], '/root/value'],
  ] as const)('RCV-23 RCV-114 a patch that %s is refused at its path', async (_, patch, path) => {
    const { two, process, agent } = await scene()
    await agent.send({ type: 'approve' })
    await expect(process.runtime.migrate(two, '1', { patch: patch as never })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path },
    })
  })

  test('an agent that is there already, or that does not exist, is refused', async () => {
    const { one, process } = await scene()
    await expect(process.runtime.migrate(one, '1')).rejects.toMatchObject({ code: 'OWNER_MAY_LIVE' })
    await expect(process.runtime.migrate(one, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
