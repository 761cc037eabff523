/** Three views of the same records. */
import { defineProjection } from '@refold/core'
import { inboxProjection } from '@refold/core/projections'
import { order } from './agent.js'

/** A document for each order: whose it is, where it stands, and what it costs. SQL groups them by whatever it likes. */
export const orders = defineProjection({
  name: 'orders',
  version: 1,
  agents: [order],
  initial: { customer: '', state: '', cents: 0 },
  evolve: (document, { event, changes }) => {
    const state = changes.active?.join(' ') ?? document.state
    if (event.type === 'refold.started') return { ...document, state, customer: event.data.input.customer }
    if (event.type === 'refold.effect.done') return { ...document, state, cents: event.data.output.cents }
    return state === document.state ? document : { ...document, state }
  },
})

/** A document for each state: how often orders came to it, and when they did last. */
export const totals = defineProjection({
  name: 'totals',
  version: 1,
  agents: [order],
  key: ({ changes }) => changes.active?.[0],
  initial: { times: 0, lastAt: 0 },
  evolve: ({ times }, { event }) => ({ times: times + 1, lastAt: event.at }),
})

/** Who waits for whose word. */
export const inbox = inboxProjection({ agents: [order] })
