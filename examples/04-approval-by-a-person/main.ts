/**
 * Without arguments: starts a letter and exits when it waits for a person. Then, as often as you like:
 *   approve NAME | change REMARK
 * Each command is a process of its own; between two of them nothing runs.
 */
import { storeFrom } from '@refold/cli'
import { createRuntime, isRefoldError } from '@refold/core'
import { letter } from './agent.js'

const [command, text = ''] = process.argv.slice(2)

await using refold = await createRuntime({
  store: await storeFrom(process.env['LETTER_DB'] ?? 'letter.db'),
  agents: [letter],
})
const agent = await refold.start(letter, { id: 'ana', input: { to: 'Ana' } })

try {
  if (command === 'approve') await agent.send({ type: 'approve', by: text })
  if (command === 'change') await agent.send({ type: 'change', remark: text })
} catch (error) {
  // A schema's refusal, or an event that this state does not take: nothing was stored.
  if (!isRefoldError(error)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}

const now = await agent.waitFor((state) => state.hasTag('needs a person') || state.status === 'done')
console.log(now.status === 'done' ? `sent: ${now.output.sent}, approved by ${now.output.approvedBy}` : now.context.text)
for (const { type } of await agent.legalEvents()) console.log(`you may: ${type}`)
