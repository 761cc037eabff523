import { expect, test } from 'vitest'
import type { Store } from '../store/port.js'
import { openHistory } from './open-history.js'
import { recentRecords } from './recent-records.js'
import { researched } from './research.fixture.js'

test('HIS-41 the newest records come first, and no more of the store is read', async () => {
  const store = await researched()
  let read = 0
  const counting: Pick<Store, 'read'> = {
    async *read(stream, options) {
      for await (const page of store.read(stream, options)) {
        read += page.length
        yield page
      }
    },
  }
  const found = []
  for await (const record of recentRecords(counting, 'research-42', { limit: 3 })) found.push(record)
  const history = await openHistory(store, 'research-42')
  const wanted = [history.last, history.last - 1, history.last - 2].map((revision) => history.record(revision))
  expect(found).toEqual(await Promise.all(wanted))
  expect(read).toBe(3)
  for await (const record of recentRecords(store, 'research-none')) expect.unreachable(record.type)
})
