/** Fills a till, empties it too far, and finds out when, how and by whom. */
import { storeFrom } from '@refold/cli'
import { createRuntime, toRevision } from '@refold/core'
import { concatMap, filter, firstValueFrom } from 'rxjs'
import { till } from './agent.js'

await using refold = await createRuntime({ store: await storeFrom(process.argv[2] ?? 'till.db'), agents: [till] })
const agent = await refold.start(till, { id: `till-${Date.now()}`, input: undefined })

await agent.send({ type: 'put', cents: 5_000 }, { by: 'ana' })
await agent.send({ type: 'take', cents: 1_200 }, { by: 'bo' })
await agent.send({ type: 'take', cents: 4_000 }, { by: 'cy' })
await agent.send({ type: 'put', cents: 3_000 }, { by: 'ana' })
const now = await agent.send({ type: 'close' }, { by: 'ana' })
console.log(`now: ${now.context.cents} cents at revision ${now.revision}`)

// Any revision; `{ at: time }` takes the newest record at or before a time.
for (let revision = 0n; revision <= now.revision; revision++) {
  const then = await agent.stateAt(toRevision(revision))
  console.log(`revision ${revision}: ${then.context.cents} cents`)
}

// Which record first made it negative?
const culprit = await firstValueFrom(
  agent.eventsFrom(toRevision(0)).pipe(
    concatMap(async (event) => ({ event, state: await agent.stateAt(event.revision) })),
    filter(({ state }) => state.context.cents < 0),
  ),
)
console.log(
  `it went negative with '${culprit.event.type}' by ${culprit.event.by}, at revision ${culprit.event.revision}`,
)

// And what exactly did that record change?
const before = toRevision(culprit.event.revision - 1n)
for (const change of await agent.diff(before, culprit.event.revision)) console.log(`changed: ${JSON.stringify(change)}`)
