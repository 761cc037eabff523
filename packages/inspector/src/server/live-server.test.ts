import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime } from '@refold/core'
import { exportStreams, openExport } from '@refold/core/history'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { expect, test } from 'vitest'
import type { AgentHead } from '../contract/agent.js'
import { live, order } from '../lives.fixture.js'
import { look } from './live-pages.fixture.js'
import { serveSource } from './served.fixture.js'

test('INS-19 INS-24 INS-27 agents of a server of EventStoreDB are told of as those of a file, also while it is away', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'refold-server-'))
  const file = join(directory, 'events.db')
  let server = await startDevServer({ port: 0, file })
  const { port, connectionString } = server
  await live(eventStoreDBStore(connectionString))
  const store = eventStoreDBStore(connectionString)
  const lines: string[] = []
  for await (const line of exportStreams(store, ['research-42', 'writer-7', 'order-2'], { charts: true }))
    lines.push(line)
  const [served, exported] = [await serveSource(store), await serveSource(await openExport(new Blob([lines.join('')])))]
  for (const path of ['', '/skeleton', '/rows?from=0&to=9', '/points/1', '/lanes', '/transcript', '/explain/1'])
    expect(await served.get(`/api/agents/research-42${path}`)).toEqual(
      await exported.get(`/api/agents/research-42${path}`),
    )

  const { last } = await served.get<AgentHead>('/api/agents/order-2')
  const page = await look(served, `agent=order-2&after=${last}`)
  await noteTo(connectionString, 5)
  await page.heard.until(({ revisions }) => revisions.length >= 5)

  await server.close()
  await page.heard.until(({ events }) => events.some(({ kind }) => kind === 'trouble'))
  expect((await served.ask('/api/agents/order-2')).status).toBe(503)
  server = await startDevServer({ port, file })
  await noteTo(connectionString, 5)
  await page.heard.until(
    ({ events, revisions }) => events.some(({ kind }) => kind === 'well') && revisions.length >= 10,
  )
  expect(page.heard.revisions).toEqual(page.heard.revisions.map((_, at) => last + 1 + at))

  for (const one of [served, exported]) await one.close()
  await store.close()
  await server.close()
  rmSync(directory, { recursive: true })
})

async function noteTo(connectionString: string, count: number): Promise<void> {
  const store = eventStoreDBStore(connectionString)
  const runtime = await createRuntime({ store, agents: [order], onReport: () => {} })
  const agent = await runtime.attach(order, '2')
  for (let note = 0; note < count; note++) await agent.send({ type: 'note', text: `${note}` })
  await runtime.close()
}
