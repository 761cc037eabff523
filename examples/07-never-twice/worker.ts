/** One process that pays: `worker.js FILE payment|reconciled_payment ID BANK`. It is killed while the bank works. */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { payment, reconciledPayment } from './agent.js'

const [file = '', name, id = '', bank = ''] = process.argv.slice(2)
const definition = name === 'payment' ? payment : reconciledPayment

await using refold = await createRuntime({ store: await storeFrom(file), agents: [definition] })
const agent = await refold.start(definition, { id, input: { bank, cents: 1_000 } })
const { output } = await agent.done()
console.log(output.receipt)
