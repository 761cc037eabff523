/** An agent with an effect, for Node and for browsers. */
import { createRuntime, defineAgent, effect, memoryStore } from '@refold/core'
import type { EffectArgs, Store, StoredEvent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const write = effect(({ input }: EffectArgs<{ topic: string }>) => Promise.resolve(`Of ${input.topic} I sing.`))

const machine = setup({
  types: { input: {} as { topic: string }, context: {} as { topic: string; poem: string } },
  actors: { write },
}).createMachine({
  context: ({ input }) => ({ topic: input.topic, poem: '' }),
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        src: 'write',
        input: ({ context }) => ({ topic: context.topic }),
        onDone: { target: 'written', actions: assign({ poem: ({ event }) => event.output }) },
      },
    },
    written: { type: 'final' },
  },
})

const poet = defineAgent({ name: 'poet', version: 1, machine, input: z.object({ topic: z.string() }) })

/** Starts a poet, waits for its end, and gives what its store then holds. */
export async function writePoem(store: Store = memoryStore()): Promise<readonly StoredEvent[]> {
  await using refold = await createRuntime({ store, agents: [poet] })
  const agent = await refold.start(poet, { id: '1', input: { topic: 'wähles' } })
  await agent.done()
  const records: StoredEvent[] = []
  for await (const page of store.read('poet-1')) records.push(...page)
  return records
}
