/** The agents of an exported file, as a store's directory would tell them. */
import type { ExportedStreams } from '@refold/core/history'
import { applyHeader, matchesQuery, readHeader, toRevision } from '@refold/core/store'
import type { DirectoryEntry, DirectoryQuery, StoredEvent } from '@refold/core/store'
import type { FleetSource } from './fleet-source.js'

/** Reads the file once from end to end, when its fleet is asked for; it does not change. */
export function fileFleet(file: ExportedStreams): FleetSource['store'] {
  let entries: Promise<readonly DirectoryEntry[]> | undefined
  const all = (): Promise<readonly DirectoryEntry[]> => (entries ??= entriesIn(file))
  return {
    directory: {
      async *find(query = {}) {
        const found = within(await all(), query).filter((entry) => matchesQuery(entry, query))
        if (found.length > 0) yield found.slice(0, query.limit)
      },
      get: async (stream) => (await all()).find((entry) => entry.stream === stream),
      rebuild: async () => ({ agents: (await all()).length, repaired: 0 }),
    },
    async *read(stream, { from, direction = 'forwards', limit } = {}) {
      const part = { ...(from === undefined ? undefined : { from }), ...(limit === undefined ? undefined : { limit }) }
      if (direction === 'forwards') return yield* file.read(stream, part)
      yield* lastOf(file, { stream, limit: limit ?? Number.POSITIVE_INFINITY })
    },
  }
}

function within(entries: readonly DirectoryEntry[], { after }: DirectoryQuery): readonly DirectoryEntry[] {
  if (after === undefined) return entries
  const at = entries.findIndex(({ stream }) => stream === after)
  return at < 0 ? [] : entries.slice(at + 1)
}

/** In the order of the file. */
async function entriesIn(file: ExportedStreams): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = []
  for (const { stream } of file.streams) {
    let entry: DirectoryEntry | undefined
    try {
      for await (const page of file.read(stream))
        for (const { metadata } of page) {
          const header = readHeader(stream, metadata)
          if (header !== undefined) entry = applyHeader(entry, stream, header)
        }
    } catch {
      // what is damaged is told where it is opened; the agent stands as far as it can be read
    }
    if (entry !== undefined) entries.push(entry)
  }
  return entries
}

async function* lastOf(
  file: ExportedStreams,
  { stream, limit }: { readonly stream: string; readonly limit: number },
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  const records = file.streams.find((one) => one.stream === stream)?.records ?? 0
  const from = toRevision(Math.max(0, records - limit))
  const events: StoredEvent[] = []
  for await (const page of file.read(stream, { from })) events.push(...page)
  if (events.length > 0) yield events.toReversed().slice(0, limit)
}
