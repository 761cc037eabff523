/** Many agents in one file: several are brought in at once. */
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { RefoldError } from '../errors.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { withParts } from '../store/replaced-parts.fixture.js'
import { exportStreams } from './export-streams.js'
import { importStreams } from './import-streams.js'
import { openExport } from './open-export.js'

const MANY = 60

async function fileOfMany() {
  const one = defineAgent({ name: 'one', version: 1, machine: setup({}).createMachine({}) })
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [one] })
  const streams = Array.from({ length: MANY }, (_, id) => `one-${id}`)
  for (const stream of streams) await runtime.start(one, { id: stream.slice(4) })
  await runtime.close()
  const lines: string[] = []
  for await (const line of exportStreams(memoryStore(log), streams)) lines.push(line)
  return { file: await openExport(new Blob(lines)), streams }
}

/** A store far away, which refuses one stream as long as it is told to. */
function farStore() {
  const store = memoryStore()
  const state = { refused: '', now: 0, most: 0 }
  const append: Store['append'] = async (stream, events, options) => {
    state.most = Math.max(state.most, ++state.now)
    const result = store.append(stream, events, options)
    await new Promise((resolve) => setTimeout(resolve, 1))
    state.now--
    return result
  }
  const refusing: Store['append'] = async (stream, events, options) => {
    if (stream !== state.refused) return append(stream, events, options)
    await new Promise((resolve) => setTimeout(resolve, 1))
    throw new RefoldError('STORE_REJECTED', 'the disk is full')
  }
  return { store, far: withParts(store, { append: refusing }), state }
}

const inOrder = async (store: Store): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const page of store.directory.find({})) found.push(...page.map(({ stream }) => stream))
  return found
}

test('HIS-192 many agents are imported several at once, and are begun in the order of the file', async () => {
  const { file, streams } = await fileOfMany()
  const { store, far, state } = farStore()
  expect(await importStreams(file, far)).toEqual({ agents: MANY, paused: MANY, added: MANY, stored: 2 * MANY })
  expect(await inOrder(store)).toEqual(streams)
  expect(state.most).toBeGreaterThan(8)
  expect(state.most).toBeLessThanOrEqual(32)
})

test('HIS-192 an import that the store breaks off has ended when it says so, and goes on when it is called again', async () => {
  const { file, streams } = await fileOfMany()
  const { store, far, state } = farStore()
  state.refused = 'one-7'
  await expect(importStreams(file, far)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  expect(state.now).toBe(0)
  const before = await inOrder(store)
  expect(before).not.toContain('one-7')
  expect(before.length).toBeLessThan(MANY)
  state.refused = ''
  const added = MANY - before.length
  expect(await importStreams(file, far)).toEqual({ agents: MANY, paused: MANY, added, stored: 2 * added })
  expect((await inOrder(store)).toSorted()).toEqual(streams.toSorted())
})
