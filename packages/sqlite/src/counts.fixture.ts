/** A projection that counts, and notices what comes twice or not in turn. */
import { defineAgent, defineProjection } from '@refold/core'
import { setup } from 'xstate'

export const note = defineAgent({
  name: 'note',
  version: 1,
  machine: setup({}).createMachine({ on: { more: { actions: () => {} } } }),
})

export const counts = defineProjection({
  name: 'counts',
  version: 1,
  agents: [note],
  initial: { count: 0, next: 0, wrong: 0 },
  evolve: ({ count, next, wrong }, { event }) => {
    const revision = Number(event.revision)
    return { count: count + 1, next: revision + 1, wrong: wrong + (revision === next ? 0 : 1) }
  },
})
