/** Looks at what others wrote that fail in their middle. */
import { randomUUID } from 'node:crypto'
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

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: null, metadata: {} }
}
