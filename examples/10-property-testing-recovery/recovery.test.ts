import { checkRecovery } from '@refold/testing'
import { expect, it } from 'vitest'
import { poet } from '../01-first-agent/agent.js'
import { reminder } from '../03-timers/agent.js'
import { letter } from '../04-approval-by-a-person/agent.js'
import { trip } from '../06-child-machines/agent.js'
import { importer } from '../08-subscribing/agent.js'
import { till } from '../09-time-travel/agent.js'
import { runExample } from '../process.fixture.js'
import { forgetfulOrders, orders } from './agent.js'

const ONE_MINUTE_MS = 60_000

it.each(
  [orders, poet, reminder, letter, trip, importer, till].map((definition) => ({ definition, name: definition.name })),
)(
  '$name becomes the same, wherever it is killed',
  async ({ definition }) => {
    await expect(
      checkRecovery(definition, {
        runs: 10,
        ...(definition === importer ? { effects: IMPORTED, maxRecords: 30 } : {}),
      }),
    ).resolves.toBeUndefined()
  },
  ONE_MINUTE_MS,
)
const IMPORTED = { importRows: (input: unknown) => (input as { from: number; count: number }).from + 1_000 }

it(
  'finds the agent that keeps something in memory, and tells how to see it again',
  { timeout: ONE_MINUTE_MS },
  async () => {
    await expect(checkRecovery(forgetfulOrders, { runs: 20 })).rejects.toThrow(
      /forgetful_orders does not survive every crash .*seed/,
    )
  },
)

it('shows both, as a program', { timeout: ONE_MINUTE_MS }, async () => {
  const { code, stdout } = await runExample('10-property-testing-recovery/main')
  expect(code).toBe(0)
  expect(stdout).toContain('orders: survived every crash')
  expect(stdout).toContain('forgetful_orders: forgetful_orders does not survive')
})
