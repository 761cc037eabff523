/** An effect that sends faster than the store takes: it holds up no one else, and is told. */
import { assign, fromCallback, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { MAX_QUEUE } from '../runtime/cell/input-queue.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, outcomeOf, startProcess } from './process.fixture.js'

interface Context {
  ticks: number
  notes: number
  error: unknown
}

async function flooding() {
  const log = memoryLog()
  const bodies: Record<string, (event: { type: 'tick' }) => void> = {}
  const disposed: string[] = []
  const source = (name: string) =>
    fromCallback(({ sendBack }) => {
      bodies[name] = sendBack
      return () => disposed.push(name)
    })
  const machine = setup({
    types: { context: {} as Context, events: {} as { type: 'tick' } | { type: 'note' } | { type: 'leave' } },
    actors: { hose: source('hose'), drip: source('drip') },
  }).createMachine({
    context: { ticks: 0, notes: 0, error: null },
    initial: 'on',
    invoke: { src: 'drip' },
    on: {
      tick: { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
      note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) },
    },
    states: {
      on: {
        on: { leave: 'off' },
        invoke: { src: 'hose', onError: { target: 'off', actions: assign({ error: ({ event }) => event.error }) } },
      },
      off: {},
    },
  })
  const definition = defineAgent({ name: 'flooded', version: 1, machine })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  const send = (name: string, times: number): void => {
    for (let time = 0; time < times; time++) bodies[name]?.({ type: 'tick' })
  }
  /** The next append waits until it is released. */
  const hold = (): (() => void) => {
    let release = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (release = resolve)) })
    return () => release()
  }
  const types = async () => (await eventsOf(log, 'flooded-1')).map(({ type }) => type)
  return { hold, agent, send, disposed, types }
}

describe('EFF-29 an effect that sends faster than the store takes', () => {
  test('EFF-29 holds up no caller: an event of a person is decided with the next append', async () => {
    const { hold, agent, send, types } = await flooding()
    const release = hold()
    send('hose', 9_000)
    const sent = agent.send({ type: 'note' })
    release()
    await sent
    expect((await types()).indexOf('note')).toBeLessThan(140)
  })

  test('EFF-29 fills no queue but its own: neither a caller nor another effect is refused', async () => {
    const { hold, agent, send } = await flooding()
    const release = hold()
    send('hose', MAX_QUEUE)
    send('drip', 10)
    const sent = agent.send({ type: 'note' })
    expect(await outcomeOf(sent)).toBe('pending')
    release()
    expect((await sent).context).toMatchObject({ notes: 1, error: null })
  })

  test('EFF-29 fails with QUEUE_FULL, after the events that waited, and its body is stopped', async () => {
    const { hold, agent, send, disposed } = await flooding()
    const release = hold()
    send('hose', MAX_QUEUE + 500)
    expect(disposed).toEqual(['hose'])
    release()
    const { context } = await agent.waitFor((state) => state.matches('off'))
    expect(context.error).toMatchObject({ code: 'QUEUE_FULL' })
    expect(context.ticks).toBeGreaterThanOrEqual(MAX_QUEUE)
  })
})
