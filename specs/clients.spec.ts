/** Real processes that only send and read: who waits stays alive, and nothing is taken over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, createWorker, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { startChild } from './real-processes/child.js'

function slowAgent() {
  let finish = (): void => {}
  const work = effect(() => new Promise<string>((resolve) => (finish = () => resolve('done'))))
  const machine = setup({ actors: { work } }).createMachine({
    initial: 'working',
    states: { working: { invoke: { src: 'work', onDone: 'over' } }, over: { type: 'final' } },
  })
  return { slow: defineAgent({ name: 'slow', version: 1, machine }), finish: () => finish() }
}

describe('SND-12 a process that waits for an agent', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'refold-clients-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test.each(['done', 'waitFor', 'state$', 'events$'])(
    'SND-12 by %s stays alive until it comes, though it performs nothing itself',
    async (how) => {
      const store = join(directory, 'agents.db')
      const { slow, finish } = slowAgent()
      await using worker = await createWorker({ store: sqliteStore(store), agents: [slow] })
      await worker.start(slow, { id: '1' })
      await using client = startChild('waiting-client.mjs', { store, how })
      await client.told(({ waits }) => waits === true)
      const early = await Promise.race([client.ended, new Promise((resolve) => void setTimeout(resolve, 400))])
      expect(early).toBeUndefined()
      finish()
      expect(await client.ended).toEqual({ code: 42, signal: null })
    },
  )
})

describe('SND-13 a client', () => {
  test('SND-13 starts, sends and reads, takes no agent, and performs nothing', async () => {
    const log = memoryLog()
    const { slow } = slowAgent()
    await using client = await createClient({ store: memoryStore(log), agents: [slow] })
    const agent = await client.start(slow, { id: '1' })
    const [entry] = await client.find()
    expect(entry).toMatchObject({ stream: 'slow-1', pending: 1 })
    expect(entry?.owner).toBeUndefined()
    expect(agent.getSnapshot().value).toBe('working')
    const options = { store: memoryStore(log), agents: [slow] }
    await expect(createClient({ ...options, worker: {} } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
