/** A caller's trace on its way: into the record, the bodies and outcomes it causes, and other agents. */
import { fromPromise, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent, startAgent } from '../definition/send-to-agent.js'
import { headerOf } from '../record/header.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { blocked, hello } from '../decide/correspondents.fixture.js'

const first = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const second = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

/** What each body was given. */
const seen: [string, string | undefined][] = []
const body = (name: string, failures = 0) =>
  effect(
    async ({ traceparent, attempt }) => {
      seen.push([name, traceparent])
      if (attempt <= failures) throw new Error('not yet')
      return name
    },
    { retry: { attempts: 2, delayMs: 1 } },
  )

const helped = agentContract({ name: 'helped', events: { help: z.object({}) } })
const child = defineAgent({
  name: 'kid',
  version: 1,
  machine: setup({ actors: { kid: body('kid') } }).createMachine({
    initial: 'on',
    states: { on: { invoke: { src: 'kid', onDone: 'off' } }, off: { type: 'final' } },
  }),
})
const helper = defineAgent({
  name: 'helped',
  version: 1,
  events: helped.events,
  machine: setup({
    types: { events: {} as { type: 'help' } },
    actors: { help: body('help') },
  }).createMachine({
    initial: 'idle',
    states: { idle: { on: { help: 'busy' } }, busy: { invoke: { src: 'help', onDone: 'idle' } } },
  }),
})
const asker = defineAgent({
  name: 'asker',
  version: 1,
  machine: setup({
    types: {
      events: {} as
        | { type: 'ask' }
        | { type: 'grown'; agent: { name: 'kid'; id: string }; output: unknown }
        | { type: 'go' },
    },
    actors: {
      one: body('one', 1),
      two: body('two'),
      plain: fromPromise(async ({ ...rest }) => {
        const { refold } = rest as unknown as { refold: { traceparent?: string } }
        seen.push(['plain', refold.traceparent])
      }),
    },
  }).createMachine({
    initial: 'one',
    states: {
      one: { invoke: { src: 'one', onDone: 'two' } },
      two: { invoke: { src: 'two', onDone: 'ready' } },
      ready: {
        on: {
          ask: {
            actions: [
              sendToAgent({ agent: helped, id: 'h' }, { type: 'help' }),
              startAgent({ agent: child, id: 'k' }, { done: 'grown' }),
            ],
          },
          grown: 'plain',
        },
      },
      plain: { invoke: { src: 'plain', onDone: 'done' } },
      done: { type: 'final' },
    },
  }),
})

async function tracesOf(log: MemoryLog, stream: string): Promise<[string, string | undefined][]> {
  const traces: [string, string | undefined][] = []
  for await (const page of memoryStore(log).read(stream))
    for (const { type, metadata } of page) traces.push([type, headerOf(metadata)?.traceparent])
  return traces
}

test('REC-11 it is recorded, given to bodies, and handed on with outcomes and messages', async () => {
  seen.length = 0
  const log = memoryLog()
  await using refold = await createRuntime({ store: memoryStore(log), agents: [asker, helper, child] })
  await refold.start(helper, { id: 'h' })
  const agent = await refold.start(asker, { id: 'a', traceparent: first })
  await agent.waitFor((state) => state.matches('ready'))
  await agent.send({ type: 'ask' }, { traceparent: second })
  await agent.done()
  expect(await tracesOf(log, 'asker-a')).toEqual([
    ['refold.started', first],
    ['refold.effect.failed', first],
    ['refold.effect.done', first],
    ['refold.effect.done', first],
    ['ask', second],
    ['refold.message.acknowledged', second],
    ['refold.message.acknowledged', second],
    ['grown', second],
    ['refold.effect.done', second],
  ])
  expect((await tracesOf(log, 'helped-h')).slice(0, 2)).toEqual([
    ['refold.started', undefined],
    ['help', second],
  ])
  expect((await tracesOf(log, 'kid-k')).slice(0, 2)).toEqual([
    ['refold.started', second],
    ['refold.effect.done', second],
  ])
  expect(seen.toSorted(([one], [other]) => one.localeCompare(other))).toEqual([
    ['help', second],
    ['kid', second],
    ['one', first],
    ['one', first],
    ['plain', second],
    ['two', first],
  ])
})

test('REC-11 without one nothing of it is stored', async () => {
  const log = memoryLog()
  await using refold = await createRuntime({ store: memoryStore(log), agents: [asker, helper, child] })
  const agent = await refold.start(asker, { id: 'a' })
  await agent.waitFor((state) => state.matches('ready'))
  for await (const page of memoryStore(log).read('asker-a'))
    expect(JSON.stringify(page.map(({ metadata }) => metadata))).not.toContain('"traceparent"')
})

test('REC-11 readers of the events see it', async () => {
  await using refold = await createRuntime({ store: memoryStore(), agents: [asker, helper, child] })
  const agent = await refold.start(asker, { id: 'a', traceparent: first })
  const [started] = await new Promise<unknown[]>((resolve) => {
    agent.eventsFrom(agent.getSnapshot().revision).subscribe((record) => resolve([record]))
  })
  expect(started).toMatchObject({ traceparent: first })
})

test('REC-11 what is none is refused', async () => {
  await using refold = await createRuntime({ store: memoryStore(), agents: [asker, helper, child] })
  const agent = await refold.start(asker, { id: 'a' })
  const zeros = '0'.repeat(32)
  for (const traceparent of [
    '',
    'x',
    first.toUpperCase(),
    `${first} `,
    `ff${first.slice(2)}`,
    `00-${zeros}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${zeros.slice(16)}-01`,
    7 as never,
  ]) {
    const refused = expect.objectContaining({ code: 'INVALID_INPUT', facts: { path: 'traceparent' } })
    await expect(refold.start(asker, { id: 'b', traceparent })).rejects.toThrow(refused)
    await expect(agent.send({ type: 'ask' }, { traceparent })).rejects.toThrow(refused)
  }
})

test('REC-11 an input that waits for a blocked agent keeps it until it is decided', () => {
  const decider = blocked()
  decider.outside(hello(1, 'a'), { traceparent: first })
  expect(decider.state?.agent.waiting?.at(-1)).toMatchObject({ traceparent: first })
  decider.outside({ kind: 'cancel', deadlineMs: 0 }, { traceparent: second })
  expect(decider.records.at(-1)?.metadata.refold.traceparent).toBe(second)
  expect(decider.state?.outbox?.to['peer-1']).toMatchObject([{ kind: 'undelivered', traceparent: first }])
})
