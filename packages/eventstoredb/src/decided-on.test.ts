/** Which events an append may be decided on without a look at the server. */
import { Readable } from 'node:stream'
import { toPosition, toRevision } from '@refold/core/store'
import type { StoredEvent } from '@refold/core/store'
import { expect, it } from 'vitest'
import type { WireCall, WireRecord } from './client/wire.js'
import type { Connection } from './connection.js'
import { DecidedOn } from './decided-on.js'

/** The server holds this event; `looks`: how often it was asked. */
function openServer(id: string) {
  const server = { looks: 0, shared: { interruptions: 0, answered: true, client: {} } }
  const record = {
    kind: 'event',
    stream: 's-1',
    id,
    type: 'noted',
    revision: 4n,
    position: 40n,
    data: 1,
    metadata: {},
  } satisfies WireRecord
  const client = {
    readStream: (): WireCall => {
      server.looks++
      return { items: Readable.from([record]), toItem: (item) => item as WireRecord, cancel: async () => {} }
    },
  }
  const connection = {
    shared: server.shared,
    seen: { client: async () => client, addPage: () => {} },
    options: { timeoutMs: 1_000, prefix: '' },
    closed: new AbortController().signal,
  }
  return { server, decidedOn: new DecidedOn(connection as unknown as Connection) } // as much as it uses of it
}

function read(id: string, revision: number): StoredEvent {
  const place = { stream: 's-1', revision: toRevision(revision), position: toPosition(revision * 10) }
  return { ...place, id, type: 'noted', data: 1, metadata: {} }
}

const AT_4 = { expected: toRevision(4), expectedId: 'mine' }

it('ESDB-20 an event that was read over a connection that held is not looked at', async () => {
  const { server, decidedOn } = openServer('another')
  for await (const _page of decidedOn.knowing(pagesOf([[read('mine', 4)]]))) await decidedOn.assert('s-1', AT_4)
  expect(server.looks).toBe(0)
})

it('ESDB-20 one that was known before an interruption is looked at again', async () => {
  const { server, decidedOn } = openServer('another')
  decidedOn.know('s-1', read('mine', 4))
  server.shared.interruptions++
  await expect(decidedOn.assert('s-1', AT_4)).rejects.toMatchObject({ code: 'STORE_FATAL' })
})

it('ESDB-20 so is one that was read before it and handed out behind it', async () => {
  const { server, decidedOn } = openServer('another')
  const pages = decidedOn.knowing(pagesOf([[read('first', 3)], [read('mine', 4)]]))
  await pages.next()
  server.shared.interruptions++
  await pages.next()
  await expect(decidedOn.assert('s-1', AT_4)).rejects.toMatchObject({ code: 'STORE_FATAL' })
  expect(server.looks).toBe(1)
})

async function* pagesOf(pages: readonly (readonly StoredEvent[])[]): AsyncGenerator<readonly StoredEvent[]> {
  yield* pages
}
