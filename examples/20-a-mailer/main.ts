/** Two invoices are paid; the mail server is closed when the second one is. */
import { setTimeout as wait } from 'node:timers/promises'
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import type { RunningConsumer } from '@refold/core'
import { invoice } from './agent.js'
import { MailServer, mailerTo } from './mailer.js'

const server = new MailServer()
await using refold = await createRuntime({
  store: await storeFrom(process.argv[2] ?? 'invoices.db'),
  agents: [invoice],
  onReport: ({ code }) => console.log(`reported: ${code}`),
})
const mailer = await refold.consume(mailerTo(server))

await pay('ana', 500)
await settled(mailer)
server.isOpen = false
await pay('bo', 700)
await settled(mailer)
for (const { type, attempts, error } of await mailer.parked())
  console.log(`parked: ${type}, ${attempts} attempts, ${error.message}`)

server.isOpen = true
await mailer.retry('all', { by: 'ana', reason: 'the mail server is open again' })
while ((await mailer.status()).parked > 0) await wait(10)
console.log([...server.sent.values()].join('\n'))

async function pay(customer: string, cents: number): Promise<void> {
  const agent = await refold.start(invoice, { id: `${customer}-${Date.now()}`, input: { customer } })
  await agent.send({ type: 'paid', cents })
}

/** All that happened is dealt with, or parked. */
async function settled(consumer: RunningConsumer): Promise<void> {
  while ((await consumer.status()).lag?.records !== 0) await wait(10)
}
