/** Pays twice, and kills the payer with SIGKILL both times after the bank has booked and before it has answered. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { payment, reconciledPayment } from './agent.js'
import { openBank } from './bank.js'

const file = process.argv[2] ?? 'payments.db'
const id = `order-${Date.now()}`
let payer: ChildProcess | undefined
await using bank = await openBank({ beforeReply: () => void payer?.kill('SIGKILL') })

for (const { name } of [payment, reconciledPayment]) {
  payer = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [file, name, id, bank.url])
  const [, signal] = await once(payer, 'exit')
  console.log(`${name}: the payer was killed (${signal}) after the bank had booked`)
}
payer = undefined

await using refold = await createRuntime({
  store: await storeFrom(file),
  agents: [payment, reconciledPayment],
  onReport: () => {},
})

// No one can tell what became of the first one, so it waits for us. We look at the bank's books, and decide.
const waiting = await refold.attach(payment, id)
await waiting.waitFor((state) => state.condition === 'in-doubt')
for (const effect of await waiting.inDoubt()) {
  const [booked] = bank.charges
  console.log(`in doubt: ${effect.src} of ${effect.input.cents} cents`)
  await waiting.resolve(
    effect,
    booked ? { complete: { receipt: booked.receipt }, by: 'ana' } : { again: true, by: 'ana' },
  )
}
console.log(`payment: ${(await waiting.done()).output.receipt}`)

// The other asks the bank itself.
const reconciled = await refold.attach(reconciledPayment, id)
console.log(`reconciled_payment: ${(await reconciled.done()).output.receipt}`)
console.log(`two payments, ${bank.charges.length} charges`)
