import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample, startExample } from '../process.fixture.js'
import type { Running } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { payment, reconciledPayment } from './agent.js'
import { openBank } from './bank.js'
import type { Bank } from './bank.js'

/** Kills the payer after the bank has booked and before it has answered. */
async function killedPayer(definition: { name: string }): Promise<{ file: string; bank: Bank }> {
  const file = tempFile()
  let payer: Running | undefined
  const bank = await openBank({ beforeReply: () => void payer?.child.kill('SIGKILL') })
  payer = startExample('07-never-twice/worker', [file, definition.name, 'order-1', bank.url])
  expect(await payer.ended).toMatchObject({ signal: 'SIGKILL' })
  payer = undefined
  return { file, bank }
}

it('does not pay again after a crash: the payment waits until someone decides', async () => {
  const { file, bank } = await killedPayer(payment)
  await using _ = bank
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [payment], onReport: () => {} })
  const agent = await refold.attach(payment, 'order-1')
  await agent.waitFor((state) => state.condition === 'in-doubt')
  const [effect] = await agent.inDoubt()
  expect(effect).toMatchObject({ src: 'charge', input: { cents: 1_000 } })
  expect(bank.charges).toHaveLength(1)
  await agent.resolve(effect!, { complete: { receipt: 'receipt-1' }, by: 'ana' })
  expect((await agent.done()).output).toEqual({ receipt: 'receipt-1', problem: '' })
  expect(bank.charges).toHaveLength(1)
})

it('pays again only when someone says so, and with the same reference', async () => {
  const { file, bank } = await killedPayer(payment)
  await using _ = bank
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [payment], onReport: () => {} })
  const agent = await refold.attach(payment, 'order-1')
  await agent.waitFor((state) => state.condition === 'in-doubt')
  const [effect] = await agent.inDoubt()
  await agent.resolve(effect!, { again: true, by: 'ana' })
  expect((await agent.done()).output.receipt).toBe('receipt-2')
  expect(new Set(bank.charges.map(({ reference }) => reference)).size).toBe(1)
})

it('can be given up', async () => {
  const { file, bank } = await killedPayer(payment)
  await using _ = bank
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [payment], onReport: () => {} })
  const agent = await refold.attach(payment, 'order-1')
  await agent.waitFor((state) => state.condition === 'in-doubt')
  const [effect] = await agent.inDoubt()
  await agent.resolve(effect!, { fail: new Error('the order was cancelled'), by: 'ana' })
  expect((await agent.done()).output.problem).toBe('the order was cancelled')
})

it('asks the bank by itself where it can, and takes the charge that is there', async () => {
  const { file, bank } = await killedPayer(reconciledPayment)
  await using _ = bank
  await using refold = await createRuntime({ store: sqliteStore(file), agents: [reconciledPayment] })
  const agent = await refold.attach(reconciledPayment, 'order-1')
  expect((await agent.done()).output).toEqual({ receipt: 'receipt-1', problem: '' })
  expect(bank.charges).toHaveLength(1)
})

it('ends with two payments and two charges, as a program', async () => {
  const { code, stdout, stderr } = await runExample('07-never-twice/main', [tempFile()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('in doubt: charge of 1000 cents')
  expect(stdout).toContain('two payments, 2 charges')
})
