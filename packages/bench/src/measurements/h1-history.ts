/** H1: the history of an agent of 100,000 records, opened without its code: what it costs to open, to go anywhere, to ask. */
import { createWriteStream, openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportStreams, openExport, openHistory } from '@refold/core/history'
import type { AgentHistory, HistorySource } from '@refold/core/history'
import { Folder } from '@refold/core/record'
import type { StoredEvent } from '@refold/core/store'
import { sqliteStore } from '@refold/sqlite'
import { percentile, timed } from '../figures.js'
import type { Figures } from '../figures.js'

const STREAM = 'bench-long'
const JUMPS = 200
const STEPS = 2_000

/** Of what `w3-write` wrote in this directory: as records that are parsed already, as a store, or as an exported file. */
export async function history(directory: string, kind: string): Promise<Figures> {
  const store = sqliteStore(join(directory, 'w3.db'))
  if (kind === 'parsed') return { ...(await ofParsed(store)), ...(await closed(store)) }
  const before = memory()
  const source = kind === 'file' ? await exported(store, directory) : store
  const { opened, ...opening } = await open(source)
  const answered = { ...(await moves(opened)), ...(await questions(opened)) }
  const megabytes = memory() - before
  await store.close()
  return { ...opening, ...answered, megabytes, records: opened.last + 1 }
}

async function closed(store: { close(): Promise<void> }): Promise<Figures> {
  await store.close()
  return {}
}

/** Reading and parsing are the store's, and do not count. */
async function ofParsed(store: HistorySource): Promise<Figures> {
  const events = await parsed(store)
  const source: HistorySource = {
    async *read(_stream, { from = 0n, limit = events.length } = {}) {
      for (let at = Number(from); at < Math.min(events.length, Number(from) + limit); at += 500)
        yield events.slice(at, Math.min(at + 500, Number(from) + limit))
    },
  }
  memory()
  const plain = await cpuMs(async () => {
    const folder = new Folder()
    for (const event of events) folder.add(event)
  })
  const { opened, ...opening } = await open(source)
  return { ...opening, ofPlainFold: opening.openCpuMs / plain, ...(await moves(opened)), ...(await questions(opened)) }
}

/** As a reader of a text has them, whatever the store keeps of its own in them. */
async function parsed(store: HistorySource): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.read(STREAM))
    for (const { revision, position, ...rest } of page)
      events.push({ ...(JSON.parse(JSON.stringify(rest)) as typeof rest), revision, position })
  return events
}

async function exported(store: HistorySource, directory: string): Promise<HistorySource> {
  const path = join(directory, 'export.jsonl')
  await pipeline(Readable.from(exportStreams(store, [STREAM])), createWriteStream(path))
  return openExport(await openAsBlob(path))
}

async function open(source: HistorySource): Promise<{ opened: AgentHistory; openMs: number; openCpuMs: number }> {
  let opened: AgentHistory | undefined
  let openMs = 0
  const openCpuMs = await cpuMs(async () => {
    openMs = 1_000 * (await timed(async () => (opened = await openHistory(source, STREAM))))
  })
  return { opened: opened as unknown as AgentHistory, openMs, openCpuMs }
}

async function cpuMs(act: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

function memory(): number {
  globalThis.gc?.()
  globalThis.gc?.() // what the first has left
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

/** Jumps to places that are far from each other, and steps. */
async function moves(asked: AgentHistory): Promise<Figures> {
  const cursor = asked.cursor()
  const took: number[] = []
  let place = 1
  for (let n = 0; n < JUMPS; n++) {
    place = (place * 48_271 + 11) % (asked.last + 1)
    took.push(1_000 * (await timed(() => cursor.to(place))))
  }
  await cursor.to(Math.floor(asked.last / 2))
  const each = async (move: () => Promise<boolean>): Promise<number> =>
    (1e6 * (await timed(() => times(STEPS, move)))) / STEPS
  return {
    jumpMs: percentile(took, 50),
    jumpP99Ms: percentile(took, 99),
    backUs: await each(() => cursor.back()),
    forwardUs: await each(() => cursor.forward()),
  }
}

async function times(count: number, act: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n++) await act()
}

async function questions(asked: AgentHistory): Promise<Figures> {
  const ms = async (ask: () => Promise<unknown>): Promise<number> => 1_000 * (await timed(ask))
  return {
    findMs: await ms(() => asked.find((_, { revision }) => revision % 2 === 0)),
    blameMs: await ms(() => asked.blame('/context/step')),
    oldestMs: await ms(() => asked.blame('/context/agent')),
    explainMs: await ms(() => asked.explain(asked.last)),
  }
}
