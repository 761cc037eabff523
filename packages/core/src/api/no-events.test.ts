/** What user code sends and is no event: no agent is blocked by it for ever. */
import { assign, emit, fromCallback, raise, sendTo, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

interface Going {
  readonly type: 'go' | 'raised' | 'delayed'
  readonly what: unknown
}

const child = setup({}).createMachine({ on: { '*': {} } })

const machine = setup({
  types: { context: {} as { notes: number }, events: {} as Going | { type: 'note' } },
  actors: { child },
  actions: { tell: ({ self, event }) => self.send((event as Going).what as { type: 'note' }) },
}).createMachine({
  context: { notes: 0 },
  invoke: { src: 'child', id: 'child' },
  on: {
    go: { actions: 'tell' },
    raised: { actions: raise(({ event }) => event.what as { type: 'note' }, { delay: 10 }) },
    delayed: { actions: sendTo('child', ({ event }) => event.what as { type: string }, { delay: 10 }) },
    note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) },
  },
})
const teller = defineAgent({
  name: 'teller',
  version: 1,
  machine: setup({
    types: { events: {} as { type: 'emitted' | 'called'; what: unknown } | { type: 'fine' } },
    actors: { listen: fromCallback(() => {}) },
  }).createMachine({
    invoke: { src: 'listen', id: 'listen' },
    on: {
      emitted: { actions: emit(({ event }) => event.what as { type: string }) },
      called: { actions: sendTo('listen', ({ event }) => event.what as { type: string }) },
      fine: { actions: emit({ type: 'told' }) },
    },
  }),
})

const talker = defineAgent({ name: 'talker', version: 1, machine })

const NO_EVENTS = [{}, null, 5, 'note', ['note'], { type: 5 }, { type: null }]

async function started() {
  const log = memoryLog()
  const time = new ManualTime()
  const process = await startProcess({ log, time, agents: [talker] })
  const agent = await process.runtime.start(talker, { id: '1' })
  return { log, time, process, agent }
}

describe('what user code sends and is no event', () => {
  test.each(NO_EVENTS)('RCV-44 an action sends %j: the log says so, and the agent goes on', async (what) => {
    const { log, process, agent } = await started()
    await agent.send({ type: 'go', what })
    await settle()
    expect((await agent.send({ type: 'note' })).context.notes).toBe(1)
    expect(process.logged).toMatchObject([{ level: 'error', message: 'an action of talker-1 sent what is no event' }])
    expect(process.reports).toEqual([])
    expect(await typesOf(log, 'talker-1')).toEqual(['refold.started', 'go', 'note'])
  })

  describe.each(['raised', 'delayed'] as const)('after a delay, %s', (type) => {
    test.each(NO_EVENTS)('STEP-40 %j: the transition is refused, and nothing is recorded', async (what) => {
      const { log, time, agent } = await started()
      await expect(agent.send({ type, what })).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_EVENT|EVENT_REFUSED/) as string,
      })
      await time.advance(100)
      expect((await agent.send({ type: 'note' })).context.notes).toBe(1)
      expect(await typesOf(log, 'talker-1')).toEqual(['refold.started', 'note'])
    })
  })

  describe.each(['emitted', 'called'] as const)('to listeners: %s', (type) => {
    test.each(NO_EVENTS)(
      'STEP-262 %j: the transition is refused, and who listens hears what comes later',
      async (what) => {
        const log = memoryLog()
        const { runtime } = await startProcess({ log, time: new ManualTime(), agents: [teller] })
        const agent = await runtime.start(teller, { id: '1' })
        const told: unknown[] = []
        agent.on('told' as never, (emitted) => void told.push(emitted))
        await expect(agent.send({ type, what })).rejects.toMatchObject({
          code: expect.stringMatching(/INVALID_EVENT|EVENT_REFUSED/) as string,
        })
        await agent.send({ type: 'fine' })
        await settle()
        expect(told).toEqual([{ type: 'told' }])
        expect(await typesOf(log, 'teller-1')).toEqual(['refold.started', 'fine'])
      },
    )
  })
})
