/** Agents that go on and on in a store that answers at once. */
import { assign, setup } from 'xstate'
import { expect, it } from 'vitest'
import { createRuntime, defineAgent, effect, memoryStore } from '../index.js'

const MOST = 4_000

/** Resolves to how many steps the agent made before the timer of another one fired. */
async function stepsUntilTimer(begin: (goesOn: (n: number) => boolean) => ReturnType<typeof defineAgent>) {
  let isOver = false
  const endless = begin((n) => !isOver && n < MOST)
  const waiting = defineAgent({
    name: 'waiting',
    version: 1,
    machine: setup({}).createMachine({
      initial: 'a',
      states: { a: { after: { 1: 'b' } }, b: { type: 'final' } },
    }),
  })
  await using runtime = await createRuntime({ store: memoryStore(), agents: [endless, waiting] })
  const other = await runtime.start(waiting, { id: '1' })
  const agent = await runtime.start(endless, { id: '1' })
  await other.done()
  isOver = true
  const { context } = agent.getSnapshot() as unknown as { readonly context: { readonly n: number } }
  return context.n
}

it('SND-91 an agent whose action always sends again leaves the timers of others their turn', async () => {
  const steps = await stepsUntilTimer((goesOn) =>
    defineAgent({
      name: 'endless',
      version: 1,
      machine: setup({
        types: { context: {} as { n: number }, events: {} as { type: 'go' } },
        actions: { again: ({ self, context: { n } }) => goesOn(n) && self.send({ type: 'go' }) },
      }).createMachine({
        context: { n: 0 },
        entry: 'again',
        on: { go: { actions: [assign({ n: ({ context }) => context.n + 1 }), 'again'] } },
      }),
    }),
  )
  expect(steps).toBeLessThan(MOST)
})

it('SND-91 so does one whose effects answer at once, one after the other', async () => {
  const steps = await stepsUntilTimer((goesOn) =>
    defineAgent({
      name: 'endless',
      version: 1,
      machine: setup({
        types: { context: {} as { n: number } },
        actors: { next: effect(async ({ input }: { input: number }) => ({ n: input + 1, more: goesOn(input) })) },
      }).createMachine({
        context: { n: 0 },
        initial: 'going',
        states: {
          going: {
            invoke: {
              src: 'next',
              input: ({ context }) => context.n,
              onDone: [
                {
                  guard: ({ event }) => event.output.more,
                  target: 'going',
                  reenter: true,
                  actions: assign({ n: ({ event }) => event.output.n }),
                },
                { target: 'over', actions: assign({ n: ({ event }) => event.output.n }) },
              ],
            },
          },
          over: {},
        },
      }),
    }),
  )
  expect(steps).toBeLessThan(MOST)
})
