/** An order that undoes its work when it is cancelled, begun on a process of its own. */
import { assign, setup } from 'xstate'
import type { CancelEvent } from '../definition/cancel-event.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import type { WorkInput } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

export const MINUTE = 60_000
export const ASKED = { by: 'ana', reason: 'sold out', deadlineMs: MINUTE }

type OrderEvent = { type: 'close' } | { type: 'note' } | CancelEvent

/** Undoes its work when it is cancelled, in a body of its own, unless it is closed. */
function orderAgent(body: (input: WorkInput) => Promise<unknown>, { throws = false } = {}) {
  const machine = setup({
    types: { context: {} as { why: string; took: string[] }, events: {} as OrderEvent },
    actors: {
      work: effect<unknown, WorkInput>(({ input }) => body(input)),
    },
  }).createMachine({
    context: { why: '', took: [] },
    initial: 'open',
    states: {
      open: {
        invoke: {
          src: 'work',
          input: { job: 'do' },
          onDone: {
            target: 'open',
            reenter: true,
            actions: assign(({ context, event }) => {
              if (event.output === 'bad') throw new TypeError('a bad outcome')
              return { took: [...context.took, 'outcome'] }
            }),
          },
        },
        on: {
          close: 'closed',
          note: { actions: assign({ took: ({ context }) => [...context.took, 'note'] }) },
          'refold.cancel': {
            target: 'undoing',
            actions: assign(({ event }) => {
              if (throws) throw new TypeError('cannot undo')
              return { why: `${event.reason} (${event.by})` }
            }),
          },
        },
      },
      undoing: { invoke: { src: 'work', input: { job: 'undo' }, onDone: 'undone' } },
      undone: { type: 'final' },
      closed: {},
    },
  })
  return defineAgent({ name: 'order', version: 1, machine })
}

export async function began({ throws = false } = {}) {
  const log = memoryLog()
  const time = new ManualTime()
  const jobs: { job: string; end: (output: unknown) => void }[] = []
  const body = ({ job }: WorkInput): Promise<unknown> => new Promise((end) => jobs.push({ job, end }))
  const definition = orderAgent(body, { throws })
  const open = (worker?: false) =>
    startProcess({ log, time, agents: [definition], ...(worker === undefined ? {} : { worker }) })
  const process = await open()
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, time, jobs, definition, process, agent, open, types: () => typesOf(log, 'order-1') }
}
