/** Charts that are stored a moment after the first record that names them, as between machines far from each other. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createClient } from '../api/create-client.js'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { isChartStream } from '../log/charts.js'
import type { Followed } from '../public/follow.js'
import type { Store } from '../store/port.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { openHistory } from './open-history.js'

const world = createWorld({ logger: { log: () => {} } })
const machine = setup({ types: { events: {} as { type: 'enter'; code: string } } }).createMachine({
  on: { enter: { actions: assign({}) } },
})
const events = { enter: z.object({ code: z.string().meta({ secret: true }) }) }
const open = defineAgent({ name: 'door', version: 1, machine })
const guarded = defineAgent({ name: 'door', version: 2, machine, events })

/** A log, and a store of it that stores charts when it is told to. */
function lateCharts() {
  const log = memoryLog()
  const store = memoryStore(log)
  let storeCharts: () => void = () => {}
  const told = new Promise<void>((resolve) => (storeCharts = resolve))
  const append: Store['append'] = async (stream, ...rest) => {
    if (isChartStream(stream)) await told
    return store.append(stream, ...rest)
  }
  return { log, late: Object.assign(memoryStore(log), { append }), storeCharts: () => storeCharts() }
}

test('FOL-150 one who follows without what is secret waits for a chart that is on its way, and ends without an error when its signal aborts meanwhile', async () => {
  const { log, late, storeCharts } = lateCharts()
  await using client = await createClient({ store: memoryStore(log), agents: [guarded], world })
  const [stop, items] = [new AbortController(), [] as Followed[]]
  const follow = async (signal: AbortSignal | undefined): Promise<void> => {
    const options = { hideSecrets: true, ...(signal === undefined ? undefined : { signal }) }
    for await (const item of client.follow(options)) {
      if (item.kind === 'event') items.push(item)
      if (items.length > 0) return
    }
  }
  const followed = [follow(undefined), follow(stop.signal)]
  await using worker = await createRuntime({ store: late, agents: [guarded], world })
  const agent = await worker.start(guarded, { id: '1' })
  await agent.send({ type: 'enter', code: 'sesame' })
  await new Promise((resolve) => setTimeout(resolve, 150))
  stop.abort()
  await followed[1]
  expect(items).toEqual([])
  storeCharts()
  await followed[0]
  expect(items).toHaveLength(1)
})

test('HIS-417 a history that is followed without what is secret waits for the chart of a version that its agent is moved to', async () => {
  const { log, late, storeCharts } = lateCharts()
  await using worker = await createRuntime({ store: late, agents: [open, guarded], world })
  await worker.start(open, { id: '1' })
  const history = await openHistory(memoryStore(log), 'door-1', { hideSecrets: true })
  const stop = new AbortController()
  const seen: unknown[] = []
  const followed = (async () => {
    for await (const revision of history.follow({ signal: stop.signal })) {
      seen.push((await history.record(revision)).data)
      if (seen.length === 2) return
    }
  })()
  await worker.migrate(guarded, '1')
  await (await worker.attach(guarded, '1')).send({ type: 'enter', code: 'sesame' })
  await new Promise((resolve) => setTimeout(resolve, 150))
  storeCharts()
  await followed
  expect(seen.at(-1)).toEqual({ code: '[secret 1]' })
})
