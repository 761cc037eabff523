/** Checks an agent that survives every crash, and one that does not. In your project this stands in a test. */
import { checkRecovery } from '@refold/testing'
import { forgetfulOrders, orders } from './agent.js'

// Each effect gets a stub, or runs its own body: this one calls no one.
const effects = { number: 'real' } as const

await checkRecovery(orders, { effects, runs: 10 })
console.log('orders: survived every crash')

// A seed plays the same scenarios every time.
await checkRecovery(forgetfulOrders, { effects, runs: 100, seed: 1 }).then(
  () => console.log('forgetful_orders: survived every crash'),
  (error: Error) => console.log(`forgetful_orders: ${error.message}`),
)
