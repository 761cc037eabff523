/** An agent with a very long history. */
import { createRuntime, createWorld, defineAgent } from '@refold/core'
import type { Store } from '@refold/core'
import { assign, setup } from 'xstate'

export const LONG = 100_000

type Tick = { type: 'tick'; n: number } | { type: 'turn' }

const counter = defineAgent({
  name: 'counter',
  version: 1,
  machine: setup({
    types: { context: {} as { count: number; last: readonly number[] }, events: {} as Tick },
  }).createMachine({
    id: 'counter',
    context: { count: 0, last: [] },
    initial: 'odd',
    on: {
      tick: {
        actions: assign({
          count: ({ context }) => context.count + 1,
          last: ({ context, event }) => [...context.last, event.n].slice(-8),
        }),
      },
    },
    states: { odd: { on: { turn: 'even' } }, even: { on: { turn: 'odd' } } },
  }),
})

const AT_ONCE = 1_000

/** `counter-long` has that many records. Closes the store. */
export async function makeLongLife(store: Store, records = LONG): Promise<void> {
  const runtime = await createRuntime({ store, agents: [counter], world: createWorld({ logger: { log: () => {} } }) })
  const agent = await runtime.start(counter, { id: 'long' })
  for (let from = 1; from < records; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, records - from)
    await Promise.all(
      Array.from({ length: size }, (_, at) =>
        agent.send((from + at) % 100 === 0 ? { type: 'turn' } : { type: 'tick', n: from + at }),
      ),
    )
  }
  await runtime.close()
}

/** It gets so many records more. Closes the store. */
export async function continueLongLife(store: Store, records: number): Promise<void> {
  const runtime = await createRuntime({ store, agents: [counter], world: createWorld({ logger: { log: () => {} } }) })
  const agent = await runtime.attach(counter, 'long')
  for (let n = 0; n < records; n++) await agent.send({ type: 'tick', n })
  await runtime.close()
}
