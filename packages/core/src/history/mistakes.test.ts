/** What callers hand in by mistake, or throw, is told as theirs. */
import { expect, test } from 'vitest'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { copyStreams } from './copy-streams.js'
import { examineStore } from './examine-store.js'
import { exportStreams } from './export-streams.js'
import { importStreams } from './import-streams.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'
import { readChart } from './read-chart.js'
import { readState } from './read-state.js'
import { recentRecords } from './recent-records.js'
import { researched } from './research.fixture.js'

const store = memoryStore(memoryLog())
const none = {} as never
const no = undefined as never
const first = async (items: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const item of items) return item
  return undefined
}

test.each<[string, () => Promise<unknown>]>([
  ['openHistory', () => openHistory(none, 'a-1')],
  ['openHistory without an agent', () => openHistory(store, no)],
  ['readState', () => readState(none, 'a-1')],
  ['readChart', () => readChart(no, 'f')],
  ['copyStreams', () => copyStreams(none, store)],
  ['copyStreams to nothing', () => copyStreams(store, no)],
  ['importStreams', () => importStreams(none, store)],
  ['examineStore', () => examineStore(no)],
  ['exportStreams', () => first(exportStreams(none, ['a-1']))],
  ['exportStreams without streams', () => first(exportStreams(store, no))],
])('HIS-13 %s of what is no source is INVALID_INPUT', async (_name, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

test('HIS-190 what is no source is told with what is taken, also when arguments come in another order', async () => {
  const blob = new Blob(await exported())
  const opened = await openExport(blob)
  const [order, source] = ['first the opened file, then the store', 'what `await openExport(blob)` gives']
  for (const [call, hint] of [
    [() => importStreams(blob as never, store), order],
    [() => importStreams(store as never, store), order],
    [() => importStreams(store as never, opened as never), order],
    [() => importStreams(opened, blob as never), order],
    [() => openHistory(blob as never, 'a-1'), source],
    [() => readState(blob as never, 'a-1'), source],
    [() => readChart(blob as never, 'f'), source],
    [() => first(exportStreams(blob as never, ['a-1'])), source],
    [() => openExport('a.jsonl' as never), 'openAsBlob'],
  ] as const)
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: expect.stringContaining(hint) as string })
})

async function exported(): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportStreams(await researched(), ['research-42'])) lines.push(line)
  return lines
}

const mistyped = { bogus: true } as never

test.each<[string, () => Promise<unknown>]>([
  ['openHistory', () => openHistory(store, 'a-1', mistyped)],
  ['readState', () => readState(store, 'a-1', mistyped)],
  ['recentRecords', () => first(recentRecords(store, 'a-1', mistyped))],
  ['copyStreams', () => copyStreams(store, memoryStore(), mistyped)],
  ['importStreams', async () => importStreams(await openExport(new Blob(await exported())), store, mistyped)],
  ['examineStore', () => examineStore(store, mistyped)],
  ['exportStreams', () => first(exportStreams(store, ['a-1'], mistyped))],
  ['explain', async () => (await openHistory(await researched(), 'research-42')).explain(1, mistyped)],
  ['find', async () => (await openHistory(await researched(), 'research-42')).find(() => true, mistyped)],
])('HIS-69 %s refuses an option that it does not know', async (_name, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'bogus' } })
})

test('HIS-69 a mistyped option names the one that was meant', async () => {
  const lines = first(exportStreams(store, ['a-1'], { redacted: true } as never))
  await expect(lines).rejects.toMatchObject({ hint: expect.stringContaining('redact') as string })
})

test('HIS-13 a condition that throws, or is none, is INVALID_INPUT', async () => {
  const history = await openHistory(await researched(), 'research-42')
  const thrown = new TypeError('no such field')
  const found = history.find(() => {
    throw thrown
  })
  await expect(found).rejects.toMatchObject({ code: 'INVALID_INPUT', cause: thrown })
  await expect(history.find(no)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await expect(history.blame(no)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
