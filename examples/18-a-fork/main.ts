/** Has a leaflet printed, then asks what it would have been with another wish; nothing is printed twice. */
import { storeFrom } from '@refold/cli'
import { createRuntime, formatForkPlan } from '@refold/core'
import { openHistory } from '@refold/core/history'
import { leaflet } from './agent.js'

const file = process.argv[2] ?? 'leaflets.db'
const store = await storeFrom(file)
await using refold = await createRuntime({ store, agents: [leaflet] })
const id = `whales-${Date.now()}`

const agent = await refold.start(leaflet, { id, input: { topic: 'whales' } })
await agent.waitFor((state) => state.matches('review'))
await agent.send({ type: 'print' }, { by: 'ana' })
const printed = await agent.done()
console.log(`printed: ${printed.output.text}`)

// Before the decision: the record before the last time that it was sent to print.
const history = await openHistory(store, { name: 'leaflet', id })
const [sent] = await history.find((state) => state.root.value === 'printing')
const request = {
  as: `${id}-revised`,
  at: (sent?.revision ?? 1) - 1,
  event: { type: 'revise', wish: 'for children' },
} as const

// What would run, and what it would cost. Nothing is written yet.
console.log(formatForkPlan(await refold.planFork(leaflet, id, request)))

const fork = await refold.fork(leaflet, id, { ...request, by: 'bo', reason: 'what if it were for children?' })
console.log(`${fork.getSnapshot().condition}: nothing runs yet`)
await fork.resume({ by: 'bo' })
const revised = await fork.waitFor((state) => state.matches('review'))
console.log(`the other answer: ${revised.context.text}`)

// A fork while it prints does not print once more: that is in doubt until someone says what becomes of it.
const printing = await refold.fork(leaflet, id, { as: `${id}-printing`, at: sent?.revision ?? 1 })
for (const { src, inDoubt } of await printing.inDoubt()) console.log(`${src} waits for a person: ${inDoubt?.why}`)

const past = await openHistory(store, { name: 'leaflet', id: fork.id })
for (const { agent: of, revision, type } of await past.life())
  console.log(`${of.id === id ? 'origin' : 'fork  '} ${revision} ${type}`)
