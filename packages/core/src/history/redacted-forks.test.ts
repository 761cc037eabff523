/** A fork holds what was secret in its origin, whose records are not in the file. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { exportStreams } from './export-streams.js'
import type { HistorySource } from './history-types.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'

const login = defineAgent({
  name: 'login',
  version: 1,
  input: z.object({ pass: z.string().meta({ secret: true }) }),
  events: { change: z.object({ pass: z.string().meta({ secret: true }) }) },
  machine: setup({
    types: {
      context: {} as { pass: string },
      input: {} as { pass: string },
      events: {} as { type: 'change'; pass: string },
    },
  }).createMachine({
    context: ({ input: { pass } }) => ({ pass: `as ${pass}` }),
    on: { change: { actions: assign({ pass: ({ event }) => `now ${event.pass}` }) } },
  }),
})

async function forked(): Promise<HistorySource> {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [login] })
  const agent = await runtime.start(login, { id: '1', input: { pass: 'open sesame' } })
  await runtime.fork(login, '1', { as: '2' })
  await runtime.fork(login, '2', { as: '3' })
  await runtime.fork(login, '1', { as: '4', input: { pass: 'swordfish' } })
  await agent.send({ type: 'change', pass: 'later' })
  await runtime.close()
  return memoryStore(log)
}

async function redacted(source: HistorySource, stream: string): Promise<string> {
  const lines: string[] = []
  for await (const line of exportStreams(source, [stream], { charts: true, redact: true })) lines.push(line)
  return lines.join('')
}

describe('the redacted export of a fork', () => {
  test.each(['login-2', 'login-3'])('CLI-120 %s has no secret that was given in its origins', async (stream) => {
    const text = await redacted(await forked(), stream)
    expect(text).not.toContain('sesame')
    const history = await openHistory(await openExport(new Blob([text])), stream)
    expect((await history.at(0)).context).toMatchObject({ pass: expect.stringMatching(/^as \[secret \d+\]$/) })
  })

  test('CLI-120 has no secret of the other input that it was started with', async () => {
    const text = await redacted(await forked(), 'login-4')
    expect(text).toContain('"refold.forked"')
    expect(text).not.toContain('swordfish')
  })

  test('CLI-120 is refused where an origin is gone, since no one knows what is secret', async () => {
    const store = await forked()
    const without = async function* (): AsyncGenerator<never> {}
    const source: HistorySource = {
      ...store,
      read: (stream, options) => (stream === 'login-1' ? without() : store.read(stream, options)),
    }
    for (const stream of ['login-2', 'login-3'])
      await expect(redacted(source, stream)).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { stream: 'login-1' } })
    expect(await redacted(source, 'login-4')).not.toContain('swordfish')
  })
})

test('CLI-121 an outcome that came after its effect was gone is left out of a redacted file as a whole', async () => {
  const fetching = defineAgent({
    name: 'fetching',
    version: 1,
    effects: { key: { output: z.object({ key: z.string().meta({ secret: true }) }) } },
    machine: setup({ actors: { key: effect(async () => ({ key: 'first' })) } }).createMachine({
      initial: 'begun',
      states: { begun: { invoke: { src: 'key', onDone: 'open' } }, open: {} },
    }),
  })
  const store = memoryStore(memoryLog())
  const runtime = await createRuntime({ store, agents: [fetching] })
  const agent = await runtime.start(fetching, { id: '1' })
  const { revision } = await agent.waitFor((state) => state.matches('open'))
  const refold = {
    v: 0,
    agent: 'fetching@1',
    at: 1,
    input: { kind: 'effect.done', effect: '0.0', late: true },
    body: { patch: [] },
  }
  const late = {
    id: createWorld().newId(),
    type: 'refold.effect.done',
    data: { src: null, output: { key: 'sesame' } },
    metadata: { refold },
  }
  await store.append('fetching-1', [late], { expected: revision })
  const text = await redacted(store, 'fetching-1')
  await runtime.close()
  expect(text).toContain('"late":true')
  expect(text).not.toContain('sesame')
})
