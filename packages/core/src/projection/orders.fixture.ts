/** Orders, and the projection that counts them. */
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { createWorld } from '../world/system-world.js'
import { defineProjection } from './define-projection.js'

export const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({
    types: { context: {} as { cents: number }, events: {} as { type: 'add'; cents: number } | { type: 'pay' } },
  }).createMachine({
    context: { cents: 0 },
    initial: 'cart',
    states: {
      cart: {
        on: { add: { actions: assign({ cents: ({ context, event }) => context.cents + event.cents }) }, pay: 'paid' },
      },
      paid: { type: 'final' },
    },
  }),
})
export const other = defineAgent({
  name: 'other',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'poke' } } }).createMachine({
    on: { poke: { actions: assign({}) } },
  }),
})

/** Orders by what they cost; from version 2 on in dollars. */
export function orders({ version = 1, poison = Infinity }: { version?: number; poison?: number } = {}) {
  return defineProjection({
    name: 'orders',
    version,
    agents: [order],
    initial: { status: 'active', total: 0, records: 0 },
    evolve: (document, { event, changes }) => {
      const cents = event.type === 'add' ? event.data.cents : 0
      if (cents === poison) throw new Error(`${cents} is too much`)
      return {
        status: changes.status ?? document.status,
        total: document.total + (version === 1 ? cents : cents / 100),
        records: document.records + 1,
      }
    },
  })
}

export const quiet = createWorld({ logger: { log: () => {} } })
