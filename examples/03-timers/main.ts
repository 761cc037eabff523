/**
 * Sets a reminder for tomorrow and exits. Run it again with `--tomorrow`: the timer is overdue then and fires at the start.
 * Nothing has to run meanwhile.
 */
import { storeFrom } from '@refold/cli'
import { createRuntime, createWorld } from '@refold/core'
import { reminder } from './agent.js'
import { laterClock } from './later-clock.js'

const ONE_DAY_MS = 86_400_000
const isTomorrow = process.argv.includes('--tomorrow')
const [file = 'reminder.db'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

await using refold = await createRuntime({
  store: await storeFrom(file),
  agents: [reminder],
  world: createWorld(isTomorrow ? { clock: laterClock({ byMs: ONE_DAY_MS }) } : {}),
})
const agent = await refold.start(reminder, { id: 'bins', input: { text: 'put the bins out', inMs: ONE_DAY_MS } })

if (isTomorrow) {
  const { output } = await agent.done()
  console.log(`reminder: ${output.text}`)
} else {
  console.log(`the reminder '${agent.getSnapshot().context.text}' is set for tomorrow; run this again with --tomorrow`)
}
