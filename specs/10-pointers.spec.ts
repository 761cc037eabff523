/** References to actors, wherever what an agent holds is read outside of its tree. */
import { createRuntime, defineAgent, effect, memoryLog, memoryStore, startAgent } from '@refold/core'
import type { ChildDone, Runtime } from '@refold/core'
import { openHistory, readState } from '@refold/core/history'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assign, createMachine, fromCallback, raise, sendTo, setup } from 'xstate'
import type { AnyActorRef } from 'xstate'

const asked: unknown[] = []
const pay = effect<string, { to: AnyActorRef }>(() => new Promise(() => {}), {
  safety: {
    reconcile: async ({ input }) => {
      asked.push(input)
      return { output: 'found' }
    },
  },
})
const helper = createMachine({})
const boss = defineAgent({
  name: 'boss',
  version: 1,
  machine: setup({
    types: {
      context: {} as { helper: AnyActorRef },
      events: {} as { type: 'approve' } | { type: 'later'; from: AnyActorRef },
      output: {} as { helper: AnyActorRef },
    },
    actors: { pay, helper, listen: fromCallback(() => {}) },
  }).createMachine({
    context: ({ spawn }) => ({ helper: spawn('helper', { id: 'h' }) }),
    invoke: { src: 'listen', id: 'ears' },
    entry: [
      sendTo('ears', ({ self }) => ({ type: 'hello', from: self })),
      raise(({ context }) => ({ type: 'later', from: context.helper }), { delay: 3_600_000 }),
    ],
    initial: 'paying',
    states: {
      paying: { invoke: { src: 'pay', input: ({ context }) => ({ to: context.helper }), onDone: 'asking' } },
      asking: { on: { approve: 'over' } },
      over: { type: 'final' },
    },
    output: ({ context }) => ({ helper: context.helper }),
  }),
  approvals: { approve: ({ context }) => context },
})
const parent = defineAgent({
  name: 'parent',
  version: 1,
  machine: setup({
    types: { context: {} as { heard: unknown }, events: {} as ChildDone<'grown', typeof boss> },
    actions: { start: startAgent({ agent: boss, id: '1' }, { done: 'grown' }) },
  }).createMachine({
    context: { heard: 'nothing' },
    entry: 'start',
    on: { grown: { actions: assign({ heard: ({ event }) => event.output }) } },
  }),
})

describe('HIS-12 a reference to an actor is a pointer', () => {
  const log = memoryLog()
  const open = (): Promise<Runtime> =>
    createRuntime({ store: memoryStore(log), agents: [boss, parent], worker: { takeoverAfterMs: 0 } })
  let refold: Runtime
  beforeEach(async () => {
    refold = await open()
  })
  afterEach(() => refold.close())

  test('HIS-12 in its history, its report, what reconcile gets, and what is asked', async () => {
    const boss1 = await refold.start(parent, { id: '1' }).then(async () => {
      await refold.recovered
      return untilThere(() => refold.attach(boss, '1'))
    })
    await boss1.waitFor(({ effects }) => effects.some(({ src }) => src === 'pay'))
    const { actor } = boss1.getSnapshot().context.helper
    const pointer = { actor, id: 'h', src: 'helper' }
    const source = memoryStore(log)
    const history = await openHistory(source, 'boss-1')
    const point = await history.at(history.last)
    expect(point.context).toEqual({ helper: pointer })
    expect(point.effects).toMatchObject([{ src: 'listen' }, { input: { to: pointer } }])
    expect(point.timers).toMatchObject([{ event: { type: 'later', from: pointer } }])
    expect((await readState(source, 'boss-1')).context).toEqual({ helper: pointer })
    expect((await history.record(0)).delivered).toMatchObject([{ event: { from: { actor: '0' } } }])
    await refold.close()

    refold = await open()
    const again = await refold.attach(boss, '1')
    await again.waitFor(({ value }) => value === 'asking')
    expect(asked).toEqual([{ to: pointer }])
    const question = await again.approval('approve')
    expect(question.payload).toEqual({ helper: pointer })
    await again.send({ type: 'approve' }, { by: 'ana', approval: question })
    expect((await again.done()).output).toEqual({ helper: pointer })
    const waiting = await refold.attach(parent, '1')
    const heard = await waiting.waitFor(({ context }) => context.heard !== 'nothing')
    expect(heard.context.heard).toEqual({ helper: pointer })
  })
})

async function untilThere<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await look()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
