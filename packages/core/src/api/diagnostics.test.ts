/** Where an error came from stands in the record, and never in the state. */
import { assign, enqueueActions, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { Decider } from '../decide/decider.fixture.js'
import { headerOf } from '../record/header.js'
import type { Diagnostics } from '../record/record.js'
import { Folder } from '../record/fold.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Report } from '../public/report.js'
import { createWorld } from '../world/system-world.js'
import { createRuntime } from './create-runtime.js'

const MARK = 'theOneThatThrows'

function theOneThatThrows(): never {
  throw new TypeError('no such field')
}

const failing = defineAgent({
  name: 'failing',
  version: 1,
  machine: setup({ actors: { ask: effect(async () => theOneThatThrows()) } }).createMachine({
    context: { error: null },
    initial: 'asking',
    states: {
      asking: {
        invoke: { src: 'ask', onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) } },
      },
      failed: {},
    },
  }),
  effects: { ask: { retry: { attempts: 2, delayMs: 1 } } },
})

test('REC-13 each failed attempt and the outcome have the stack, and no state does', async () => {
  const log = memoryLog()
  await using refold = await createRuntime({ store: memoryStore(log), agents: [failing] })
  const agent = await refold.start(failing, { id: '1' })
  const state = await agent.waitFor((now) => now.matches('failed'))
  expect(JSON.stringify(state)).not.toContain(MARK)
  const folder = new Folder()
  const told: [string, Diagnostics | undefined][] = []
  for await (const page of memoryStore(log).read('failing-1'))
    for (const record of page) {
      folder.add(record)
      told.push([record.type, headerOf(record.metadata)?.body.diagnostics])
      expect(JSON.stringify(folder.result())).not.toContain(MARK)
      expect(JSON.stringify(record.data)).not.toContain(MARK)
    }
  const stack = expect.stringMatching(new RegExp(`^TypeError: no such field\n +at ${MARK} `)) as string
  expect(told).toEqual([
    ['refold.started', undefined],
    ['refold.effect.failed', { stack }],
    ['refold.effect.failed', { stack }],
  ])
})

describe('REC-13 an input that blocks its agent', () => {
  const peer = agentContract({ name: 'peer', events: { hello: z.object({}) } })
  const machine = setup({
    types: { events: {} as { type: 'none' } },
    actors: { ask: effect(async () => 1) },
    guards: { isFine: theOneThatThrows },
    actions: {
      tell: sendToAgent({ agent: peer, id: (): string => theOneThatThrows() }, { type: 'hello' }),
      note: assign(() => theOneThatThrows()),
      both: enqueueActions(({ enqueue }) => enqueue('note' as never)),
    },
  }).createMachine({
    id: 'm',
    type: 'parallel',
    states: {
      one: {
        initial: 'asking',
        states: {
          asking: {
            invoke: { src: 'ask', id: 'question', onDone: { actions: assign(() => theOneThatThrows()) } },
          },
        },
      },
      two: {
        after: {
          10: { guard: 'isFine', actions: [] },
          20: { actions: 'tell' },
          30: { actions: 'note' },
          40: { actions: 'both' },
        },
      },
    },
  })
  const definition = defineAgent({ name: 'agent', version: 1, machine })

  function blockedBy(act: (decider: Decider) => unknown): Diagnostics | undefined {
    const decider = Decider.started(definition)
    act(decider)
    expect(decider.state?.agent.blocked).toBeDefined()
    expect(JSON.stringify(decider.state)).not.toContain(`at ${MARK}`)
    return decider.records.at(-1)?.metadata.refold.body.diagnostics
  }
  const state = ['one.asking', 'two']

  test('REC-13 tells the stack, the active states and the event', () => {
    const told = blockedBy((decider) => decider.own({ kind: 'effect.done', effect: decider.effect, output: 1 }))
    expect(told).toEqual({ stack: expect.stringContaining(`at ${MARK}`), state, event: 'xstate.done.actor.question' })
  })

  test('REC-13 tells the guard', () => {
    const told = blockedBy((decider) => {
      decider.now += 10
      decider.own({ kind: 'timer.fired', timer: '0.t0' })
    })
    expect(told).toMatchObject({ state, event: 'xstate.after.10.m.two', guard: 'isFine' })
  })

  test('REC-13 tells the action of a message', () => {
    const told = blockedBy((decider) => {
      decider.now += 20
      decider.own({ kind: 'timer.fired', timer: '0.t1' })
    })
    expect(told).toMatchObject({ event: 'xstate.after.20.m.two', action: 'tell' })
  })

  test.each([
    [30, '0.t2'],
    [40, '0.t3'],
  ])('REC-13 tells the action that XState runs by itself, after %i ms', (ms, timer) => {
    const told = blockedBy((decider) => {
      decider.now += ms
      decider.own({ kind: 'timer.fired', timer })
    })
    expect(told).toMatchObject({ event: `xstate.after.${ms}.m.two`, action: 'note' })
  })

  test('REC-13 tells where it stands when its transition is too large', () => {
    const blockWith = { name: 'RefoldError', message: 'too large', code: 'TOO_LARGE' }
    const told = blockedBy((decider) =>
      decider.own({ kind: 'effect.done', effect: decider.effect, output: 1 }, { blockWith }),
    )
    expect(told).toEqual({ state, event: 'xstate.done.actor.question' })
  })
})

describe('REC-13 those who must repair the chart', () => {
  const broken = defineAgent({
    name: 'broken',
    version: 1,
    machine: setup({
      types: { context: {} as { text: string }, events: {} as { type: 'poke' } },
      actors: { ask: effect(async () => 'an answer') },
      actions: { keep: assign({ text: () => theOneThatThrows() }) },
    }).createMachine({
      context: { text: '' },
      initial: 'asking',
      states: {
        asking: {
          invoke: { src: 'ask', id: 'question', onDone: { actions: 'keep' } },
          on: { poke: { actions: 'keep' } },
        },
      },
    }),
  })
  const place = { state: ['asking'], action: 'keep' }

  const message = 'broken-1 is blocked: no such field (in asking, at xstate.done.actor.question, by action keep)'
  const facts = {
    ...place,
    event: 'xstate.done.actor.question',
    stack: expect.stringContaining(`at ${MARK}`) as string,
  }

  test('REC-13 are told where it threw, by the report', async () => {
    let onReport: (report: Report) => void = () => {}
    const told = new Promise<Report>((resolve) => (onReport = resolve))
    await using refold = await createRuntime({ store: memoryStore(), agents: [broken], onReport })
    const agent = await refold.start(broken, { id: '1' })
    expect(await told).toMatchObject({ code: 'BLOCKED', message, facts })
    expect(agent.getSnapshot().blocked?.error).toMatchObject({
      facts: { ...place, event: 'xstate.done.actor.question' },
    })
  })

  test('OBS-8 are told again by the report of a process that starts later', async () => {
    const log = memoryLog()
    const first = await createRuntime({ store: memoryStore(log), agents: [broken], onReport: () => {} })
    const agent = await first.start(broken, { id: '1' })
    await agent.waitFor(({ condition }) => condition === 'blocked', { whenBlocked: 'wait' })
    await agent.pause({ by: 'ann' })
    await first.close()
    const reports: Report[] = []
    const onReport = (report: Report): void => void reports.push(report)
    await using later = await createRuntime({ store: memoryStore(log), agents: [broken], onReport })
    await later.recovered
    const again =
      'broken-1 is blocked (in asking, at xstate.done.actor.question, by action keep): repair the cause, then retry it'
    expect(reports).toMatchObject([{ code: 'BLOCKED', message: again, facts }])
  })

  test('REC-13 are told by the log where no one takes reports', async () => {
    const logged: unknown[] = []
    const world = createWorld({ logger: { log: (level, line, more) => logged.push({ level, line, more }) } })
    await using refold = await createRuntime({ store: memoryStore(), agents: [broken], world })
    await refold.start(broken, { id: '1' })
    const more = expect.objectContaining({ agent: { name: 'broken', id: '1' }, ...facts }) as object
    await expect.poll(() => logged).toContainEqual({ level: 'error', line: message, more })
  })

  test('REC-13 STEP-10 so is the caller whose event it could not take', async () => {
    await using refold = await createRuntime({ store: memoryStore(), agents: [broken], worker: false })
    const agent = await refold.start(broken, { id: '1' })
    await expect(agent.send({ type: 'poke' })).rejects.toMatchObject({
      code: 'EVENT_REFUSED',
      cause: { message: 'no such field' },
      facts: { ...place, event: 'poke' },
    })
  })
})
