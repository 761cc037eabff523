/** The inspector over a server of EventStoreDB, while two processes write to it. */
import { createRuntime } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { afterEach, describe, expect, test } from 'vitest'
import { asking } from './asking.fixture.js'
import type { AgentRows, FleetView, HeatView, InboxView } from './contract/fleet.js'
import { createInspector } from './create-inspector.js'
import { expense } from './fleet/expenses.fixture.js'

describe('a server', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  test('INS-48 is shown while others write, and orders reach its agents', async () => {
    const server = await startDevServer({ port: 0 })
    closing.push(() => server.close())
    const writer = async () => {
      const store = eventStoreDBStore(server.connectionString)
      const on = await createRuntime({ store, agents: [expense], worker: { releaseOnSignal: false } })
      closing.push(() => on.close())
      return on
    }
    const [one, other] = [await writer(), await writer()]
    const agent = await one.start(expense, { id: '1', input: { cents: 5 } })
    await other.start(expense, { id: '2', input: { cents: 6 } })
    const store = eventStoreDBStore(server.connectionString)
    const inspector = await createInspector({ store, agents: [expense], port: 0, write: true, by: 'ana' })
    closing.push(() => inspector.close())
    const page = await asking(inspector)
    expect((await page.get<FleetView>('/api/fleet')).concerns['waits-for-a-person']).toBe(2)
    const { items } = await page.get<InboxView>('/api/inbox')
    expect(items.map(({ agent, asked }) => [agent, asked?.payload])).toEqual([
      ['expense-1', { cents: 5 }],
      ['expense-2', { cents: 6 }],
    ])
    const { revision } = items[0] ?? {}
    const payloadHash = items[0]?.asked?.payloadHash
    const yes = { do: 'approve', agent: 'expense-1', event: { type: 'approve', by: 'ana' }, payloadHash, revision }
    expect(await page.order(yes)).toMatchObject({ status: 200 })
    await agent.done()
    await other.start(expense, { id: '3', input: { cents: 7 } })
    const rows = async (): Promise<readonly unknown[]> =>
      (await page.get<AgentRows>('/api/agents')).rows.map(({ id, status }) => [id, status])
    await expect.poll(rows).toEqual([
      ['1', 'done'],
      ['2', 'active'],
      ['3', 'active'],
    ])
    const heat = await page.get<HeatView>('/api/heat?definition=expense&version=1')
    expect(heat.states.find(({ path }) => path === 'open.review')).toMatchObject({ agents: 2, sampled: 2 })
  })
})
