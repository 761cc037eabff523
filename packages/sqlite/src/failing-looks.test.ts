/** Looks at what others wrote that fail in their middle. */
import { randomUUID } from 'node:crypto'
import { toRevision } from '@refold/core/store'
import type { NewEvent } from '@refold/core/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failingDriver, sqliteError } from './failing-driver.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

test('SQL-227 what another process appended is told also when the first look at it failed', async () => {
  let failures = 0
  const driver = failingDriver((sql) => {
    const isLocked = sql.startsWith('SELECT stream, max(revision)') && failures++ === 0
    return isLocked ? sqliteError('BUSY') : undefined
  })
  const store = sqliteStore(scratch.file, { driver })
  const other = sqliteStore(scratch.file)
  await other.append('s-1', [event()], { expected: 'no_stream' })
  const stop = AbortSignal.timeout(5_000)
  const told: string[] = []
  const listening = (async () => {
    for await (const appends of store.externalAppends({ signal: stop })) {
      told.push(...appends.map(({ stream }) => stream))
      return
    }
  })()
  await other.append('s-2', [event()], { expected: 'no_stream' })
  await listening
  expect(told).toEqual(['s-2'])
  expect(failures).toBe(2)
  await store.close()
  await other.close()
})

test('SQL-277 trouble of the disk that passes ends no subscription: it goes on behind the last event it gave', async () => {
  let failures = 0
  const driver = failingDriver((sql) => {
    const isRead = sql.startsWith('SELECT position') && sql.includes('revision >= ?')
    return isRead && failures > 0 && failures-- > 0 ? sqliteError('IOERR') : undefined
  })
  const store = sqliteStore(scratch.file, { driver })
  const events = [event(), event(), event()]
  await store.append('s-1', events.slice(0, 1), { expected: 'no_stream' })
  const given: string[] = []
  failures = 2
  for await (const item of store.subscribe({ stream: 's-1' })) {
    if (item.kind === 'caught-up' && given.length > 1) break
    if (item.kind === 'event') given.push(item.event.id)
    else {
      failures = 2
      await store.append('s-1', events.slice(1), { expected: toRevision(0) })
    }
  }
  expect(given).toEqual(events.map(({ id }) => id))
  expect(failures).toBe(0)
  failures = Infinity
  const stop = AbortSignal.timeout(100)
  for await (const _ of store.subscribe({ stream: 's-1' }, { signal: stop })) expect.unreachable()
  const closing = setTimeout(() => void store.close(), 100)
  for await (const _ of store.subscribe({ stream: 's-1' })) expect.unreachable()
  clearTimeout(closing)
  await store.close()
})

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: null, metadata: {} }
}
