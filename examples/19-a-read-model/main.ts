/** Takes four orders, accepts one, drops one, and shows what its views hold. */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { order } from './agent.js'
import { inbox, orders, totals } from './views.js'

const place = process.argv[2] ?? 'orders.db'
const store = await storeFrom(place)
// A file keeps the documents beside the agents, in the same transaction; a server has them in a file beside it.
const projections = store.projections === undefined ? { projections: sqliteStore(`${place}.views.db`) } : {}
await using refold = await createRuntime({ store, ...projections, agents: [order] })

const views = await Promise.all([refold.project(orders), refold.project(totals), refold.project(inbox)])
const [byOrder, byState, waiting] = views

const run = Date.now()
const agents = await Promise.all(
  ['ana', 'bo', 'ana', 'cy'].map((customer, n) =>
    refold.start(order, { id: `${run}-${n}`, input: { customer, cents: 1_000 * (n + 1) } }),
  ),
)
await Promise.all(agents.map((agent) => agent.waitFor((state) => state.matches('offered'))))
const [first, second] = agents
if (first === undefined || second === undefined) throw new Error('there are four')
await first.send({ type: 'accept' }, { by: 'ana', approval: await first.approval('accept') })
await second.send({ type: 'drop' })

// Every view follows by itself; `at` waits until it holds what this process has just done.
await Promise.all(views.flatMap((view) => agents.map((agent) => view.at(agent))))
for await (const [id, { customer, state, cents }] of byOrder.entries({ after: `${run}` }))
  console.log(`order ${id.split('-')[1]} of ${customer}: ${state}, ${cents} cents`)
for (const state of ['offered', 'accepted', 'dropped'])
  console.log(`${state}: ${(await byState.get(state))?.times} times`)
for await (const [agent, { approvals }] of waiting.entries({ after: `order-${run}` }))
  console.log(`order ${agent.split('-')[2]} waits: ${approvals.map(({ event }) => event).join(', ')}`)
