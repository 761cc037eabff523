/** Letters: the agent of tests of events that come early. */
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { ManualTime } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

export type LetterEvent =
  | { type: 'ask' }
  | { type: 'approve'; by: string }
  | { type: 'stamp'; by: string }
  | { type: 'withdraw' }
  | { type: 'pick'; n: number }
  | { type: 'picked' }

const by = z.object({ by: z.string() })
export const EVENTS = {
  ask: z.object({}),
  withdraw: z.object({}),
  picked: z.object({}),
  approve: { schema: by, defer: true },
  stamp: { schema: by, defer: true },
  pick: { schema: z.object({ n: z.number() }), defer: true },
} as const

/** draft → (ask) review → (approve) approved → (stamp) stamped; in `picking` the guard takes the number that is next. */
function machineOf(onApprove: () => void = () => {}) {
  return setup({
    types: { context: {} as { by: string[]; next: number }, events: {} as LetterEvent },
    actors: { print: effect(async () => 'printed') },
    actions: { note: assign({ by: ({ context, event }) => [...context.by, (event as { by: string }).by] }) },
  }).createMachine({
    context: { by: [], next: 1 },
    initial: 'draft',
    on: { withdraw: '.withdrawn' },
    states: {
      draft: { on: { ask: 'review', picked: 'picking' }, after: { 60_000: 'review' } },
      review: {
        on: {
          approve: { target: 'approved', actions: ['note', () => {}, assign(() => (onApprove(), {}))] },
        },
      },
      approved: { on: { stamp: { target: 'stamped', actions: 'note' } } },
      picking: {
        on: {
          pick: {
            guard: ({ context, event }) => event.n === context.next,
            actions: assign({ next: ({ context }) => context.next + 1 }),
          },
        },
      },
      stamped: { invoke: { src: 'print', onDone: 'printed' } },
      printed: { type: 'final' },
      withdrawn: { type: 'final' },
    },
  })
}

interface LetterOptions {
  readonly events?: object
  readonly version?: number
  readonly approvals?: { readonly approve: () => string } | undefined
  readonly onApprove?: () => void
}

/** `letter-…` streams. */
export const define = ({ events = EVENTS, version = 1, approvals, onApprove }: LetterOptions = {}) =>
  defineAgent({
    name: 'letter',
    version,
    machine: machineOf(onApprove),
    events: events as typeof EVENTS,
    ...(approvals === undefined ? undefined : { approvals }),
  })
export const letter = define()
export const approve = (who: string): LetterEvent => ({ type: 'approve', by: who })

export async function opened({
  log = memoryLog(),
  time = new ManualTime(),
  agents = [letter] as (typeof letter)[],
  ...more
} = {}) {
  const process = await startProcess({ log, agents, time, ...more })
  return { log, ...process }
}
/** With the letter `1`. */
export async function started(options: Parameters<typeof opened>[0] = {}) {
  const process = await opened(options)
  const definition = options.agents?.[0] ?? letter
  return { ...process, agent: await process.runtime.start(definition, { id: '1' }) }
}
export const types = (log: MemoryLog) => typesOf(log, 'letter-1')
