/**
 * A worker under load: `load-worker.mjs ORDER`, with the order as JSON. It starts the agents that its parent names, sends
 * them notes, settles what is in doubt, and writes down what its store and its bodies do.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createWorker, isRefoldError } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { factLog, sharedNow } from './fact-log.mjs'
import { loadAgent } from './load-agents.mjs'
import { withLoggedBodies } from './logged-bodies.mjs'
import { leave } from './parent.mjs'
import { watchedStore } from './watched-store.mjs'

const TURN_MS = 10
const STALL_MS = 40
const REFUSALS = new Set(['NOT_ACTIVE', 'BLOCKED', 'EVENT_NOT_ACCEPTED', 'QUEUE_FULL'])

const order = JSON.parse(process.argv[2])
const write = factLog(order.facts, { by: order.name })
let lastTurn = sharedNow()
const log = (what, facts) => {
  noteStall()
  write(what, facts)
}

const job = withLoggedBodies(loadAgent({ ...order, findShipped }), log)
const store = watchedStore(sqliteStore(order.store), { log })
const refold = await createWorker({
  store,
  agents: [job],
  leaseDurationMs: order.leaseDurationMs,
  heartbeatEveryMs: order.heartbeatEveryMs,
  capacity: order.capacity,
  onTakeover: ({ agent, previous, why }) => log('takeover', { stream: `job-${agent.id}`, previous, why }),
  onReport: ({ code, message }) => log('report', { code, message }),
})
const intervals = [setInterval(noteStall, TURN_MS), setInterval(() => void settleDoubts(), 100)]
const sendTo = new Set()
if (order.notesEveryMs !== undefined) intervals.push(setInterval(() => void sendNote(), order.notesEveryMs))
process.on('message', (message) => void obey(message))
process.send({ ready: true })

async function obey({ start = [], rounds, padding, close, drain }) {
  for (const id of start) void startAgent(id, { rounds, padding })
  if (close === undefined && drain === undefined) return
  for (const interval of intervals) clearInterval(interval)
  if (drain !== undefined) process.send({ drained: await refold.drain(drain) })
  await refold.close()
  leave()
}

async function startAgent(id, input) {
  await refold.start(job, { id, input: { agent: id, ...input } })
  sendTo.add(id)
  process.send({ started: id })
}

/** Writes down what the sender is told, whatever it is. */
async function sendNote() {
  const id = [...sendTo][Math.floor(Math.random() * sendTo.size)]
  if (id === undefined) return
  const nonce = randomUUID()
  const answer = await (async () => (await refold.attach(job, id)).send({ type: 'note', nonce }, { id: nonce }))().then(
    () => 'accepted',
    (error) => (isRefoldError(error) && REFUSALS.has(error.code) ? 'refused' : 'unknown'),
  )
  log('sent', { stream: `job-${id}`, nonce, answer })
  if (answer === 'refused') sendTo.delete(id)
}

/** No one decides `again`: so nothing excuses a second body of a payment. */
async function settleDoubts() {
  for await (const page of store.directory.find({ condition: 'in-doubt' })) {
    for (const { id } of page) await settleDoubtsOf(id).catch((error) => log('decision', { message: error.message }))
  }
}

async function settleDoubtsOf(id) {
  const agent = await refold.attach(job, id)
  for (const doubt of await agent.inDoubt()) await agent.resolve(doubt, { complete: { receipt: 'found by hand' } })
}

/** Looks into the log of the bodies, as one would ask a provider. */
async function findShipped(key) {
  const lines = readFileSync(order.facts, 'utf8').split('\n').slice(0, -1)
  const ended = lines.map((line) => JSON.parse(line)).find((fact) => fact.what === 'ended' && fact.key === key)
  return ended === undefined ? 'not-done' : { output: ended.output }
}

function noteStall() {
  const now = sharedNow()
  if (now - lastTurn > STALL_MS) write('stalled', { from: lastTurn })
  lastTurn = now
}
