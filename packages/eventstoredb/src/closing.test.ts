/** What is asked of the directory while the store is being closed. */
import { randomUUID } from 'node:crypto'
import type { DirectoryEntry, NewEvent } from '@refold/core/store'
import { expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { describeOn, DEV_SERVER, NAMED_SERVER } from './servers.fixture.js'

describeOn([DEV_SERVER, NAMED_SERVER], (server) => {
  test('ESDB-216 a question about the agents that a close comes across is answered whole, or with CLOSED', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const options = { connectionString: server().connectionString, prefix }
    const filling = eventStoreDBStore(options)
    for (let n = 0; n < 20; n++) await filling.append(`ship-${n}`, [begun()], { expected: 'no_stream' })
    await filling.close()
    const outcomes = new Set<string>()
    for (let turns = 0; turns < 60; turns++) {
      const store = eventStoreDBStore(options)
      const asked = Promise.allSettled([entries(store.directory.find()), store.directory.get('ship-7')])
      await new Promise((resolve) => setTimeout(resolve, turns))
      await store.close()
      for (const one of await asked) outcomes.add(one.status === 'rejected' ? codeOf(one.reason) : shown(one.value))
    }
    expect([...outcomes].filter((outcome) => !['CLOSED', 'whole'].includes(outcome))).toEqual([])
  })
})

async function entries(pages: AsyncIterable<readonly DirectoryEntry[]>): Promise<readonly DirectoryEntry[]> {
  const found: DirectoryEntry[] = []
  for await (const page of pages) found.push(...page)
  return found
}

function shown(answer: readonly DirectoryEntry[] | DirectoryEntry | undefined): string {
  if (answer === undefined) return 'no such agent'
  return 'length' in answer && answer.length < 20 ? `${answer.length} agents` : 'whole'
}

function codeOf(reason: unknown): string {
  return String((reason as { readonly code?: unknown }).code)
}

function begun(): NewEvent {
  const refold = { v: 0, agent: 'ship@1', at: 1, input: { kind: 'started' }, status: 'active', active: ['sea'] }
  return { id: randomUUID(), type: 'noted', data: {}, metadata: { refold } }
}
