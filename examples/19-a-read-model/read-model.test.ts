import { createClient, createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { order } from './agent.js'
import { inbox, orders } from './views.js'

it('shows what its views hold, and again after a second run', async () => {
  const file = tempFile()
  const first = await runExample('19-a-read-model/main', [file])
  expect(first).toMatchObject({ code: 0 })
  expect(first.stdout).toContain('order 0 of ana: accepted, 1200 cents\norder 1 of bo: dropped, 2400 cents\n')
  expect(first.stdout).toContain('offered: 4 times\naccepted: 1 times\n')
  expect(first.stdout).toContain('order 2 waits: accept\norder 3 waits: accept\n')
  const second = await runExample('19-a-read-model/main', [file])
  expect(second.stdout).toContain('offered: 8 times\naccepted: 2 times\n')
})

it('answers in SQL, by customer', async () => {
  const file = tempFile()
  await runExample('19-a-read-model/main', [file])
  const store = sqliteStore(file)
  const answer = await store.projections?.query?.(
    'SELECT customer, count(*), sum(cents) FROM projection_orders GROUP BY customer ORDER BY customer',
  )
  await store.close()
  expect(answer?.rows).toEqual([
    ['ana', 2, 4_800],
    ['bo', 1, 2_400],
    ['cy', 1, 4_800],
  ])
})

it('has an order in the inbox until someone has accepted it', async () => {
  const file = tempFile()
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [order] })
  await using reader = await createClient({ store: sqliteStore(file), agents: [order] })
  const [waiting, view] = [await reader.project(inbox), await reader.project(orders)]
  const agent = await refold.start(order, { id: '1', input: { customer: 'ana', cents: 100 } })
  await agent.waitFor((state) => state.matches('offered'))
  await waiting.at(agent)
  expect((await waiting.get('order-1'))?.approvals).toMatchObject([{ event: 'accept' }])
  await agent.send({ type: 'accept' }, { by: 'ana', approval: await agent.approval('accept') })
  await Promise.all([waiting.at(agent), view.at(agent)])
  expect(await waiting.get('order-1')).toBeUndefined()
  expect(await view.get('1')).toEqual({ customer: 'ana', state: 'accepted', cents: 120 })
})
