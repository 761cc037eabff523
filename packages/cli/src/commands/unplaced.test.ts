import type { PlannedTrouble } from '@refold/core'
import { expect, test } from 'vitest'
import { unplacedIn } from './unplaced.js'

test('CLI-382 an agent that the store did not give is no agent without a place, and a damaged one is told by its records', () => {
  const troubled = ['NEEDS_MIGRATION', 'UNKNOWN_DEFINITION', 'STORE_REJECTED', 'TIMEOUT', 'UNREADABLE'].map(
    (code, id) => ({ agent: { name: 'order', id: String(id) }, code, message: code }) as unknown as PlannedTrouble,
  )
  const found = unplacedIn({ troubled, unregistered: { lamp: 2 } })
  expect(found.map(({ trouble, stream, message }) => [trouble, stream ?? message])).toEqual([
    ['PLACE', 'order-0'],
    ['PLACE', 'order-1'],
    ['STORE', 'order-2'],
    ['STORE', 'order-3'],
    ['PLACE', 'the configuration does not have "lamp": 2 agents with something to do'],
  ])
})
