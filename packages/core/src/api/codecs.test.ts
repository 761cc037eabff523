/** A codec stands before everything that is stored of agents. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { sqliteStore } from '../../../sqlite/src/index.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { Codec } from '../log/codec.js'
import { toRevision } from '../record/revision.js'
import { planRecovery } from '../plan/plan-recovery.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'

/** Occurs in everything that a user gives, and nowhere else. */
const SECRET = 'sesame-7f3a'

function sealing(keys: Readonly<Record<string, Buffer>>, current: string): Codec {
  return {
    name: 'aes',
    encode(plain) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keys[current] as Buffer, nonce)
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return { bytes: Buffer.concat([nonce, cipher.getAuthTag(), text]), key: current }
    },
    async decode(encoded, { key }) {
      const bytes = Buffer.from(encoded)
      const decipher = createDecipheriv('aes-256-gcm', keys[key ?? ''] as Buffer, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    },
  }
}

const write = effect(async ({ input }: { input: string }) => `${input}: ${SECRET} draft`)
const fail = effect(async () => {
  throw new Error(`the provider said ${SECRET}`)
})
const machine = setup({
  types: { context: {} as { topic: string; notes: string[] }, input: {} as { topic: string } },
  actors: { write, fail },
}).createMachine({
  context: ({ input }) => ({ topic: input.topic, notes: [] }),
  initial: 'writing',
  on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event['text'] as string] }) } },
  states: {
    writing: { invoke: { src: 'write', input: ({ context }) => context.topic, onDone: 'failing' } },
    failing: { invoke: { src: 'fail', onError: 'open' } },
    open: {},
  },
})
const writer = defineAgent({
  name: 'writer',
  version: 1,
  machine,
  input: z.object({ topic: z.string() }),
  events: { note: z.object({ text: z.string() }) },
  effects: { fail: { retry: { attempts: 2, delayMs: 1 } } },
})

describe('LOG-1 a codec that encrypts', () => {
  let directory: string
  const keys = { k1: randomBytes(32), k2: randomBytes(32) }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'refold-codec-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  async function live(codec: Codec, id: string): Promise<void> {
    const store = sqliteStore(join(directory, 'agents.db'))
    await using runtime = await createRuntime({
      store,
      agents: [writer],
      codecs: [codec],
      snapshots: { everyEvents: 4 },
    })
    const agent = await runtime.start(writer, { id, input: { topic: `all about ${SECRET}` } })
    await agent.waitFor((state) => state.matches('open'))
    for (let note = 0; note < 10; note++) await agent.send({ type: 'note', text: `${SECRET} ${note}` })
    expect(agent.getSnapshot().context.notes).toHaveLength(10)
  }

  test('LOG-1 leaves no plain text in any file of the store: records, snapshots, errors', async () => {
    await live(sealing(keys, 'k1'), '1')
    const paths = readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name)))
    const files = paths.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path))
    expect(files.length).toBeGreaterThan(0)
    for (const bytes of files) expect(bytes.includes(SECRET)).toBe(false)
    expect(files.some((bytes) => bytes.includes('writer-1'))).toBe(true)
  })

  test('LOG-2 a new key beside the old one: agents of both go on, and readers see plain events', async () => {
    await live(sealing(keys, 'k1'), '1')
    await live(sealing(keys, 'k2'), '2')
    const store = sqliteStore(join(directory, 'agents.db'))
    await using runtime = await createRuntime({ store, agents: [writer], codecs: [sealing(keys, 'k2')] })
    const agents = [await runtime.attach(writer, '1'), await runtime.attach(writer, '2')]
    for (const agent of agents) {
      const state = await agent.send({ type: 'note', text: 'again' })
      expect(state.context.notes.at(-1)).toBe('again')
      const past = await agent.stateAt(toRevision(0))
      expect(past.context.topic).toBe(`all about ${SECRET}`)
    }
  })

  test('LOG-3 without the key an agent is unreadable, by its stream, and the plan says so', async () => {
    const log = memoryLog()
    {
      const codecs = [sealing(keys, 'k1')]
      await using runtime = await createRuntime({ store: memoryStore(log), agents: [writer], codecs })
      await runtime.start(writer, { id: '1', input: { topic: 'whales' } })
    }
    const store = memoryStore(log)
    const plan = await planRecovery({ store, agents: [writer] })
    expect(plan.troubled).toMatchObject([{ agent: { name: 'writer', id: '1' }, code: 'UNREADABLE' }])
    await using runtime = await createRuntime({ store, agents: [writer], onReport: () => {} })
    await expect(runtime.attach(writer, '1')).rejects.toMatchObject({ code: 'UNREADABLE', facts: { codec: 'aes' } })
    const other = await runtime.start(writer, { id: '2', input: { topic: 'others' } })
    await other.waitFor((state) => state.matches('open'))
  })

  test('LOG-4 a codec that cannot encode is a rejected append for callers, and outcomes wait for it', async () => {
    let isDown = false
    const whole = sealing(keys, 'k1')
    const codec: Codec = {
      ...whole,
      encode: (plain, context) => {
        if (isDown) throw new Error('no key server')
        return whole.encode(plain, context)
      },
    }
    await using runtime = await createRuntime({ store: memoryStore(), agents: [writer], codecs: [codec] })
    const agent = await runtime.start(writer, { id: '1', input: { topic: 'whales' } })
    await agent.waitFor((state) => state.matches('open'))
    isDown = true
    await expect(agent.send({ type: 'note', text: 'lost' })).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    isDown = false
    expect((await agent.send({ type: 'note', text: 'kept' })).context.notes).toEqual(['kept'])
  })
})
