/**
 * A process in which the agents of `mail-agents.mjs` write to each other until all of them are done and nothing is left
 * to deliver; it kills itself on the way where it is told to: `mail-worker.mjs ORDER`, with the order as JSON.
 */
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { factLog } from './fact-log.mjs'
import { errand, hub, relay, RING } from './mail-agents.mjs'
import { leave } from './parent.mjs'
import { watchedStore } from './watched-store.mjs'

const order = JSON.parse(process.argv[2])
const log = factLog(order.facts, { by: order.name })
/** `{ nth, moment }`: the process dies right before, or right after, that many appends of all agents together. */
const { nth, moment } = order.kill ?? {}
const counts = { before: 0, after: 0 }
const dieInTime = async (at) => {
  counts[at] += 1
  if (at === moment && counts[at] === nth) process.kill(process.pid, 'SIGKILL')
}

const store = watchedStore(sqliteStore(order.store), {
  log,
  beforeAppend: () => dieInTime('before'),
  afterAppend: () => dieInTime('after'),
})
const refold = await createWorker({
  store,
  agents: [hub, relay, errand],
  leaseDurationMs: 1_000,
  heartbeatEveryMs: 100,
  onReport: ({ code, message }) => log('report', { code, message }),
})
await Promise.all(RING.map((id) => refold.start(relay, { id, input: { place: Number(id) } })))
const agent = await refold.start(hub, { id: '1' })
if (agent.getSnapshot().matches('waiting')) await agent.send({ type: 'begin' })
const { output } = await agent.done()
while (await hasMail()) await sleep(10)
process.send({ output })
await refold.close()
leave()

async function hasMail() {
  for await (const page of store.directory.find({ pending: true })) if (page.length > 0) return true
  return false
}
