/** Imports 500 rows, watched in four ways. */
import { storeFrom } from '@refold/cli'
import { createRuntime, toRevision } from '@refold/core'
import { count, lastValueFrom, map, distinctUntilChanged } from 'rxjs'
import { importer } from './agent.js'

await using refold = await createRuntime({
  store: await storeFrom(process.argv[2] ?? 'imports.db'),
  agents: [importer],
})
const agent = await refold.start(importer, { id: `import-${Date.now()}`, input: { rows: 500 } })

// What it says by itself.
agent.on('batchImported', ({ imported, of }) => console.log(`emitted: ${imported} of ${of}`))
// What it is: an RxJS observable, so every operator works.
agent.state$
  .pipe(
    map((state) => state.context.imported),
    distinctUntilChanged(),
  )
  .subscribe((imported) => console.log(`state: ${imported} rows`))
// One state that matters.
const half = await agent.waitFor((state) => state.context.imported >= 250)
console.log(`half of it at revision ${half.revision}`)
await agent.done()
// What happened, from the first record on. It ends with the agent.
console.log(`records: ${await lastValueFrom(agent.eventsFrom(toRevision(0)).pipe(count()))}`)
