/** The agent of the tests of approval: a payment that someone approves. */
import { assign, raise, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

interface Payment {
  to: string
  cents: number
}
export type PaymentEvent =
  | { type: 'approve' }
  | { type: 'propose'; cents: number }
  | { type: 'amend'; cents: number }
  | { type: 'note' }
  | { type: 'sign' }
  | { type: 'back' }
  | { type: 'again' }
  | { type: 'restart' }
  | { type: 'bounce' }

export const HOUR = 3_600_000

/** It proposes a payment, may be signed and amended within the question, leave it and come back, and reminds after an hour. */
export function paymentMachine() {
  return setup({
    types: { context: {} as Payment & { notes: number; reminders: number }, events: {} as PaymentEvent },
  }).createMachine({
    context: { to: 'Bo', cents: 100, notes: 0, reminders: 0 },
    initial: 'proposed',
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) }, restart: '.proposed' },
    states: {
      proposed: {
        initial: 'waiting',
        on: {
          approve: 'paid',
          amend: { actions: assign({ cents: ({ event }) => event.cents }) },
          sign: { actions: assign({ notes: ({ context }) => context.notes + 1 }) },
          back: 'drafting',
          again: { target: 'proposed', reenter: true },
          bounce: { target: 'drafting', actions: raise({ type: 'propose', cents: 100 }) },
        },
        states: {
          waiting: { after: { [HOUR]: 'reminded' } },
          reminded: { entry: assign({ reminders: ({ context }) => context.reminders + 1 }) },
        },
      },
      drafting: {
        on: { propose: { target: 'proposed', actions: assign({ cents: ({ event }) => event.cents }) } },
      },
      paid: { on: { back: 'drafting' } },
    },
  })
}

/** A payment that a person approves. */
export function paymentAgent(version = 1) {
  return defineAgent({
    name: 'payment',
    version,
    machine: paymentMachine(),
    approvals: {
      approve: ({ context }) => ({ to: context.to, cents: context.cents }),
      sign: ({ context }) => context.to,
    },
  })
}

/** A started payment and the question that it asks. */
export async function asked() {
  const log = memoryLog()
  const time = new ManualTime()
  const definition = paymentAgent()
  const open = () => startProcess({ log, time, agents: [definition] })
  const process = await open()
  const agent = await process.runtime.start(definition, { id: '1' })
  const approval = await agent.approval('approve')
  return { log, time, definition, open, process, agent, approval, types: () => typesOf(log, 'payment-1') }
}
