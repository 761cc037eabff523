/**
 * A plan of four steps, for whatever runs JavaScript: `<file> [step]`. It kills its process in the body of that step; else it
 * prints a line of JSON when the plan is done.
 */
import { createRuntime, defineAgent, effect } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'

const [file = '', diesAt = '0'] = process.argv.slice(2)
const bodies = []

const plan = defineAgent({
  name: 'plan',
  version: 1,
  machine: setup({
    actors: {
      perform: effect(async ({ input }) => {
        bodies.push(input)
        if (input === Number(diesAt)) process.kill(process.pid, 'SIGKILL')
        return `step ${Number(input)}`
      }),
    },
  }).createMachine({
    context: { steps: [] },
    initial: 'working',
    states: {
      working: {
        always: { guard: ({ context }) => context.steps.length === 4, target: 'done' },
        invoke: {
          src: 'perform',
          input: ({ context }) => context.steps.length + 1,
          onDone: {
            target: 'working',
            reenter: true,
            actions: assign({ steps: ({ context, event }) => [...context.steps, event.output] }),
          },
        },
      },
      done: { type: 'final' },
    },
  }),
})

const refold = await createRuntime({ store: sqliteStore(file), agents: [plan] })
const agent = await refold.start(plan, { id: 'one' })
const end = await agent.done()
console.log(JSON.stringify({ bodies, steps: end.context.steps }))
await refold.close()
