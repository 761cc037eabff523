/** The contract of `externalAppends`. */
import assert from 'node:assert/strict'
import type { ExternalAppend } from '@refold/core/store'
import type { ContractCase } from './contract-case.js'
import { appendOneByOne } from './subscribe-cases.js'

export const externalCases: readonly ContractCase[] = [
  {
    title: 'FOR-1 FOR-2 a connection is told of what others appended since it listens, and not of its own',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await appendOneByOne(other, 's-before', { count: 1 })
      const reports = store.externalAppends()
      await Promise.all([appendOneByOne(store, 's-own', { count: 20 }), appendOneByOne(other, 's-1', { count: 10 })])
      await appendOneByOne(other, 's-2', { count: 3 })
      const known = await reportsUntil(reports, (newest) => newest.get('s-1') === 9n && newest.get('s-2') === 2n)
      assert.deepEqual([...known.keys()].toSorted(), ['s-1', 's-2'])
    },
  },
  {
    title: 'FOR-1 a listener that comes back late is told the newest revision of each stream',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      const reports = store.externalAppends()[Symbol.asyncIterator]()
      await appendOneByOne(other, 's-1', { count: 1 })
      const first = await reports.next()
      assert.deepEqual(first.value, [{ stream: 's-1', revision: 0n }])
      await appendOneByOne(other, 's-1', { count: 50, first: 1 })
      const rest = { [Symbol.asyncIterator]: () => reports }
      await reportsUntil(rest, (newest) => newest.get('s-1') === 50n)
    },
  },
  {
    title: 'FOR-3 listening ends when the signal aborts and when the store closes',
    run: async ({ connect }) => {
      const store = await connect()
      const stop = new AbortController()
      const aborted = reportsUntil(store.externalAppends({ signal: stop.signal }), () => false)
      stop.abort()
      await assert.rejects(aborted, /ended/)
      const already = store.externalAppends({ signal: AbortSignal.abort() })
      await assert.rejects(
        reportsUntil(already, () => false),
        /ended/,
      )
      const closed = reportsUntil(store.externalAppends(), () => false)
      const [, ending] = await Promise.allSettled([store.close(), closed])
      assert.match(String(ending.status === 'rejected' && ending.reason), /ended/)
    },
  },
]

async function reportsUntil(
  reports: AsyncIterable<readonly ExternalAppend[]>,
  isEnough: (newest: ReadonlyMap<string, bigint>) => boolean,
): Promise<ReadonlyMap<string, bigint>> {
  const newest = new Map<string, bigint>()
  for await (const appends of reports) {
    for (const { stream, revision } of appends) {
      assert.ok(revision >= (newest.get(stream) ?? 0n), 'a report goes back')
      newest.set(stream, revision)
    }
    if (isEnough(newest)) return newest
  }
  return assert.fail('the reports ended')
}
