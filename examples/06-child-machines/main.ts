/** Books two trips; for the second there is no hotel, so its flight is taken back. */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { trip } from './agent.js'

await using refold = await createRuntime({ store: await storeFrom(process.argv[2] ?? 'trips.db'), agents: [trip] })

const lucky = await refold.start(trip, { id: 'lucky', input: {} })
const unlucky = await refold.start(trip, { id: 'unlucky', input: { hotelIsFull: true } })

for (const agent of [lucky, unlucky]) {
  const { output } = await agent.done()
  console.log(`${agent.id}: ${output.isBooked ? 'booked' : 'not booked'}`)
  for (const { what, reference, problem } of output.results) console.log(`  ${what}: ${reference || problem}`)
}
