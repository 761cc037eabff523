/** Keeps a projection up until it is killed: `projecting.mjs ORDER`. It tells how far it is. */
import { createClient, defineAgent, defineProjection } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'

const { store } = JSON.parse(process.argv[2])

const machine = setup({}).createMachine({ on: { poke: { actions: assign({}) } } })
const order = defineAgent({ name: 'order', version: 1, machine })
const pokes = defineProjection({
  name: 'pokes',
  version: 1,
  agents: [order],
  initial: { pokes: 0, revisions: [] },
  evolve: (document, { event }) =>
    event.type === 'poke'
      ? { pokes: document.pokes + 1, revisions: [...document.revisions, Number(event.revision)].slice(-3) }
      : document,
})

const client = await createClient({ store: sqliteStore(store), agents: [order] })
const projection = await client.project(pokes, { onStatus: ({ phase, records }) => process.send({ phase, records }) })
await projection.ready
process.send({ ready: true })
