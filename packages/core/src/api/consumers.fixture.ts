/** Processes that consume what agents record, in time that a test lets pass. */
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import type { Consumed } from '../public/consumer.js'
import type { Report } from '../public/report.js'
import type { Client } from '../public/runtime.js'
import type { RuntimeEvent } from '../public/runtime-event.js'
import type { Store } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import { createClient } from './create-client.js'
import type { ManualClock, ManualTime } from './manual-time.fixture.js'

export const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({ types: { context: {} as { n: number }, events: {} as { type: 'note'; n: number } } }).createMachine({
    context: { n: 0 },
    on: { note: { actions: assign({ n: ({ event }) => event.n }) } },
  }),
})
export const cart = defineAgent({ name: 'cart', version: 1, machine: setup({}).createMachine({}) })

export interface Process {
  readonly client: Client
  readonly clock: ManualClock
  readonly reports: Report[]
  readonly events: RuntimeEvent[]
}

export async function openProcess({
  time,
  store,
}: {
  readonly time: ManualTime
  readonly store: Store
}): Promise<Process> {
  const [reports, events]: [Report[], RuntimeEvent[]] = [[], []]
  const clock = time.clock()
  const client = await createClient({
    store,
    agents: [order, cart],
    world: createWorld({ clock, random: () => 0, logger: { log: () => {} } }),
    onReport: (report) => reports.push(report),
    observers: [(event) => events.push(event)],
  })
  return { client, clock, reports, events }
}

/** Starts an agent, and sends it so many events. */
export async function notes(client: Client, id: string, count: number): Promise<void> {
  const agent = await client.start(order, { id })
  for (let n = 1; n <= count; n++) await agent.send({ type: 'note', n })
}

/** `1/0`: the agent and the revision. */
export function textOf({ agent, event }: Pick<Consumed, 'agent' | 'event'>): string {
  return `${agent.id}/${event.revision}`
}
