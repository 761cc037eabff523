import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { describeOn, DEV_SERVER, REAL_SERVER } from './servers.fixture.js'

describeOn([DEV_SERVER, REAL_SERVER], (server) => {
  test('CLI-94 a server tells where its log ends, and how far the stored directory is behind it', async () => {
    const store = eventStoreDBStore({
      connectionString: server().connectionString,
      prefix: `${randomUUID().slice(0, 8)}.`,
    })
    const before = await store.examine?.()
    expect(before).toMatchObject({
      facts: { 'directory is stored up to': 'nothing', 'events behind it': 0 },
      findings: [],
    })
    for (const id of ['1', '2'])
      await store.append(`a-${id}`, [{ id: randomUUID(), type: 'noted', data: null, metadata: {} }], {
        expected: 'no_stream',
      })
    expect(await store.examine?.()).toMatchObject({ facts: { 'events behind it': 2 }, findings: [] })
    await store.close()
    await expect(store.examine?.()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

test('CLI-94 a server that does not answer is a finding, with what to look at', async () => {
  const store = eventStoreDBStore('esdb://127.0.0.1:9?tls=false')
  expect(await store.examine?.()).toMatchObject({
    facts: {},
    findings: [{ kind: 'wrong', remedy: expect.stringContaining('address and port') }],
  })
  await store.close()
})
