/** Asks a service that fails twice, and shows what was recorded. */
import { storeFrom } from '@refold/cli'
import { createRuntime, toRevision } from '@refold/core'
import { weather } from './agent.js'
import { flakyService } from './flaky-service.js'

await using service = await flakyService({ failures: 2 })
await using refold = await createRuntime({ store: await storeFrom(process.argv[2] ?? 'weather.db'), agents: [weather] })

const agent = await refold.start(weather, {
  id: `lisbon-${Date.now()}`,
  input: { service: service.url, city: 'Lisbon' },
})
agent.eventsFrom(toRevision(0)).subscribe((event) => {
  if (event.type === 'refold.effect.failed')
    console.log(`attempt ${event.data.attempt} failed: ${event.data.error.message}`)
  if (event.type === 'refold.effect.step') console.log(`the step '${event.data.step}' is remembered`)
})
const { output } = await agent.done()
console.log(`the sky is ${output.sky}; the service was asked ${service.asked.map(({ path }) => path).join(', ')}`)
