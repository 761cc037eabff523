/**
 * A process that runs the agents of the examples to their ends, tells its parent what became of them, and kills itself on
 * the way where it is told to: `example-worker.mjs ORDER`, with the order as JSON.
 */
import { createWorker } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { exampleCast } from './example-cast.mjs'
import { factLog } from './fact-log.mjs'
import { killPlan } from './kill-plan.mjs'
import { withLoggedBodies } from './logged-bodies.mjs'
import { leave } from './parent.mjs'
import { watchedStore } from './watched-store.mjs'

const order = JSON.parse(process.argv[2])
const log = factLog(order.facts, { by: order.name })
const cast = exampleCast(order)
const logged = new Map()
for (const { definition } of cast) {
  if (!logged.has(definition)) logged.set(definition, withLoggedBodies(definition, log))
}

const streams = cast.map(({ definition, id }) => `${definition.name}-${id}`)
const { ended, ...hooks } = killPlan(order.kill, { streams })
const appends = {}
const afterAppend = async (stream) => {
  appends[stream] = (appends[stream] ?? 0) + 1
  await hooks.afterAppend?.(stream)
}

const refold = await createWorker({
  store: watchedStore(sqliteStore(order.store), { log, ...hooks, afterAppend }),
  agents: [...logged.values()],
  onReport: ({ code, message }) => log('report', { code, message }),
})
const ends = Object.fromEntries(await Promise.all(cast.map(bringToItsEnd)))
process.send({ ends, appends })
await refold.close()
leave()

async function bringToItsEnd({ definition, id, input, drive, end }) {
  const agent = await refold.start(logged.get(definition), { id, input })
  await Promise.all([drive(agent), agent.waitFor(end)])
  const stream = `${definition.name}-${id}`
  ended?.(stream)
  const { status, value, context, output, condition } = agent.getSnapshot()
  return [stream, { status, value, context, output, condition }]
}
