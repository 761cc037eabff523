/** User code that fails where no one awaits it: the agent goes on, and nothing escapes into the process. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { assign, cancel, createMachine, emit, enqueueActions, fromCallback, log, raise, sendTo, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { openHistory } from '../history/open-history.js'
import { defineProjection } from '../projection/define-projection.js'
import { FIRST_REVISION } from '../record/revision.js'
import type { Report } from '../public/report.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const escaped: unknown[] = []
const note = (error: unknown): void => void escaped.push(error)
beforeEach(() => {
  escaped.length = 0
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  if (escaped.length > 0) throw new Error('a rejection escaped into the process', { cause: escaped })
})

function listening(callback: Parameters<typeof fromCallback>[0]) {
  const machine = setup({
    types: { events: {} as { type: 'poke' } | { type: 'count' } | { type: 'leave' }, context: {} as { pokes: number } },
    actors: { listener: fromCallback(callback) },
  }).createMachine({
    context: { pokes: 0 },
    initial: 'on',
    states: {
      on: {
        invoke: { src: 'listener', id: 'listener', onError: 'failed' },
        on: {
          poke: { actions: ({ self }) => self.getSnapshot().children.listener?.send({ type: 'poke' }) },
          leave: 'off',
        },
      },
      failed: {},
      off: {},
    },
  })
  return defineAgent({ name: 'ears', version: 1, machine })
}

describe('what user code throws late', () => {
  test('RCV-9 an async action that rejects is logged, and the agent goes on', async () => {
    const machine = setup({
      types: { events: {} as { type: 'go' } },
      actions: { late: () => Promise.reject(new Error('late')) as never },
    }).createMachine({
      initial: 'a',
      states: { a: { on: { go: { target: 'b', actions: 'late' } } }, b: { on: { go: 'a' } } },
    })
    const agent = defineAgent({ name: 'acts', version: 1, machine })
    const { runtime } = await startProcess({ log: memoryLog(), agents: [agent] })
    const started = await runtime.start(agent, { id: '1' })
    expect((await started.send({ type: 'go' })).value).toBe('b')
    await settle()
    expect((await started.send({ type: 'go' })).value).toBe('a')
  })

  test('EFF-7 an async callback that rejects fails its effect', async () => {
    const ears = listening((async () => {
      await Promise.resolve()
      throw new Error('deaf')
    }) as never)
    const { runtime } = await startProcess({ log: memoryLog(), agents: [ears] })
    const agent = await runtime.start(ears, { id: '1' })
    await settle()
    expect(agent.getSnapshot().value).toBe('failed')
  })

  test('an async disposer that rejects harms no one', async () => {
    const ears = listening(() => () => Promise.reject(new Error('late cleanup')))
    const { runtime } = await startProcess({ log: memoryLog(), agents: [ears] })
    const agent = await runtime.start(ears, { id: '1' })
    expect((await agent.send({ type: 'leave' })).value).toBe('off')
  })

  test('an onReport that throws or rejects harms no one', async () => {
    const ears = listening(() => {})
    const log = memoryLog()
    const { runtime } = await startProcess({ log, agents: [ears] })
    await runtime.start(ears, { id: '1' })
    const foreign = { id: globalThis.crypto.randomUUID(), type: 'foreign', data: {}, metadata: {} }
    await memoryStore(log).append('ears-1', [foreign], { expected: FIRST_REVISION })
    for (const onReport of [throwing, rejecting] as const) {
      onReport.mockClear()
      await using other = await createRuntime({
        store: memoryStore(log),
        agents: [ears],
        worker: false,
        onReport,
      })
      const agent = await other.attach(ears, '1')
      expect(agent.getSnapshot().value).toBe('on')
      expect(onReport).toHaveBeenCalled()
    }
  })
})

const throwing = vi.fn<(report: Report) => void>(() => {
  throw new Error('the reporter is broken')
})
const soBroken: unknown = () => Promise.reject(new Error('so is this one'))
const rejecting = vi.fn<(report: Report) => void>(soBroken as (report: Report) => void)

describe('SND-48 a function that has to answer at once, and gives a promise', () => {
  const rejecting = (() => Promise.reject(new Error('too late'))) as never

  function asking(retryIf?: () => boolean) {
    const machine = setup({
      types: { context: {} as { n: number }, events: {} as { type: 'approve' } },
      actors: {
        work: effect(() => Promise.reject(new Error('busy')), {
          retry: { attempts: 2, ...(retryIf === undefined ? undefined : { if: retryIf }) },
        }),
      },
    }).createMachine({
      context: { n: 0 },
      initial: 'asking',
      states: {
        asking: { on: { approve: 'working' }, ...(retryIf === undefined ? undefined : { always: 'working' }) },
        working: { invoke: { src: 'work', onError: 'failed' } },
        failed: {},
      },
    })
    return defineAgent({ name: 'asking', version: 1, machine, approvals: { approve: rejecting } })
  }

  test('SND-48 is no condition of a wait or of a history, and nothing to approve', async () => {
    const log = memoryLog()
    const definition = asking()
    const { runtime } = await startProcess({ log, agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    await expect(agent.waitFor(rejecting)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(agent.approval('approve')).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' })
    const history = await openHistory(memoryStore(log), 'asking-1')
    await expect(history.find(rejecting)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('SND-48 lets an attempt follow, and the log tells it', async () => {
    const definition = asking(rejecting)
    const process = await startProcess({ log: memoryLog(), agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await process.time.advance(60_000)
    expect(agent.getSnapshot().value).toBe('failed')
    const message = '`retry.if` gave a promise, and counts as true: effect work of asking-1'
    expect(process.logged).toContainEqual({ level: 'warn', message })
  })

  /** Not `async`, so that no definition sees it. */
  const promised = (() => Promise.reject(new Error('too late'))) as () => never
  test.each<[string, object, object]>([
    ['assigned', { actions: 'named' }, { actions: { named: assign(promised) } }],
    ['a member that is assigned', { actions: assign({ n: promised }) }, {}],
    ['what is enqueued', { actions: 'named' }, { actions: { named: enqueueActions(promised) } }],
    ['a guard', { guard: 'ok', target: 'other' }, { guards: { ok: promised } }],
    ['an event that is emitted', { actions: emit(promised) }, {}],
    ['an event that is raised', { actions: raise(promised, { delay: 5 }) }, {}],
    ['a delay', { actions: raise({ type: 'go' }, { delay: promised }) }, {}],
    ['a named delay', { target: 'waiting' }, { delays: { soon: promised } }],
    ['an event that is sent', { actions: sendTo(({ self }) => self, promised) }, {}],
    ['what is logged', { actions: log(promised) }, {}],
    ['what is cancelled', { actions: cancel(promised) }, {}],
    ['an input', { target: 'working' }, {}],
    ['whom a message is for', { actions: sendToAgent({ agent: asking(), id: promised }, { type: 'approve' }) }, {}],
  ])('SND-58 refuses an event: %s', async (_what, go, implementations) => {
    const machine = createMachine({
      context: { n: 0 },
      initial: 'first',
      states: {
        first: { on: { go } },
        other: {},
        waiting: { after: { soon: 'other' } },
        working: { invoke: { src: 'work', input: promised } },
      },
    } as never).provide({
      delays: { soon: 5 },
      actors: { work: effect(async () => 1) },
      ...implementations,
    })
    const definition = defineAgent({ name: 'hasty', version: 1, machine })
    const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    await expect(agent.send({ type: 'go' })).rejects.toMatchObject({
      code: expect.stringMatching(/^(INVALID_DEFINITION|NOT_SERIALIZABLE|EVENT_REFUSED)$/) as string,
    })
    expect(agent.getSnapshot()).toMatchObject({ value: 'first', context: { n: 0 }, condition: 'running' })
  })

  test('SND-48 parks a projection', async () => {
    const definition = asking()
    const runtime = await createRuntime({ store: memoryStore(), agents: [definition] })
    await runtime.start(definition, { id: '1' })
    for (const part of [{ key: rejecting }, { evolve: rejecting }]) {
      const name = Object.keys(part)[0] as string
      const made = { name, version: 1, agents: [definition], initial: {}, evolve: () => ({}), ...part }
      const projection = await runtime.project(defineProjection(made))
      await expect(projection.ready).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    }
    await runtime.close()
  })
})
