/** W3 and E4: recovery of an agent with a long history, as a whole process sees it: full fold, and from a snapshot. */
import { join } from 'node:path'
import { createRuntime, createWorker, memoryLog, memoryStore } from '@refold/core'
import type { NewEvent, Store } from '@refold/core'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { timed } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent } from '../workload.js'

const FILE = 'w3.db'

/** Where the history lies: in a file of this directory, or on the server under a prefix of this name. */
export type Place = { readonly directory: string } | { readonly prefix: string }

function open(place: Place): Store {
  if ('directory' in place) return sqliteStore(join(place.directory, FILE))
  return eventStoreDBStore({ connectionString: process.env['REFOLD_ESDB_URL'] ?? '', prefix: place.prefix })
}

/** Writes a stream of that many steps with one effect in flight. */
export async function writeHistory(place: Place, steps: number): Promise<Figures> {
  const log = memoryLog()
  const source = memoryStore(log)
  const agent = stepAgent((name, step) =>
    step > steps ? new Promise<never>(() => {}) : Promise.resolve(makeResult(name, step)),
  )
  const runtime = await createRuntime({
    store: memoryStore(log),
    agents: [agent],
    snapshots: { everyEvents: Number.MAX_SAFE_INTEGER },
  })
  const started = await runtime.start(agent, { id: 'long', input: { agent: 'long', steps: steps + 10, keep: false } })
  await started.waitFor((state) => state.context.step > steps)
  const target = open(place)
  for await (const page of source.read('bench-long'))
    for (let at = 0; at < page.length; at += 500) await copy(target, page.slice(at, at + 500))
  await target.close()
  await runtime.close()
  return { steps }
}

async function copy(target: Store, events: readonly (NewEvent & { readonly revision: bigint })[]): Promise<void> {
  const [first] = events
  if (first === undefined) return
  const expected =
    first.revision === 0n ? 'no_stream' : ((first.revision - 1n) as Parameters<Store['append']>[2]['expected'])
  const result = await target.append('bench-long', events, { expected })
  if (!result.ok) throw new Error('the copy of the history met a conflict')
}

/** In a fresh process: from opening the store until the effect in flight is started again. Then closes, so that a snapshot is kept. */
export async function recoverHistory(place: Place, snapshots: boolean): Promise<Figures> {
  let begun: () => void = () => {}
  const restarted = new Promise<void>((resolve) => (begun = resolve))
  const agent = stepAgent(() => {
    begun()
    return new Promise<never>(() => {})
  })
  const everyEvents = snapshots ? 100 : Number.MAX_SAFE_INTEGER
  let close = (): Promise<void> => Promise.resolve()
  const seconds = await timed(async () => {
    const runtime = await createWorker({
      store: open(place),
      agents: [agent],
      snapshots: { everyEvents },
    })
    close = () => runtime.close()
    await restarted
  })
  await close()
  return { seconds }
}
