/** A store that is far away: what is asked of it one after the other is waited for again and again. */
import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { examineStore } from '../history/examine-store.js'
import { FIRST_REVISION } from '../record/revision.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { createRuntime } from './create-runtime.js'

const definition = defineAgent({
  name: 'lamp',
  version: 1,
  machine: setup({}).createMachine({ initial: 'off', states: { off: { on: { toggle: 'on' } }, on: {} } }),
})
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

test('RCV-73 an agent that is not in memory is read once by the call that loads it', async () => {
  const log = memoryLog()
  await (await client(memoryStore(log))).start(definition, { id: '1' })
  const far = new FarStore(log)
  const agent = await (await client(far.store)).attach(definition, '1')
  expect(agent.getSnapshot().value).toBe('off')
  expect(far.reads).toEqual(['lamp-1'])
})

test('RCV-73 an agent that is in memory is read on by the call that attaches to it', async () => {
  const log = memoryLog()
  const runtime = await client(new FarStore(log).store)
  await runtime.start(definition, { id: '1' })
  const other = await client(memoryStore(log))
  await (await other.attach(definition, '1')).send({ type: 'toggle' })
  expect((await runtime.attach(definition, '1')).getSnapshot().value).toBe('on')
})

test('RCV-74 whether the start of an agent that is there is the same one is asked while the agent is read', async () => {
  const log = memoryLog()
  const far = new FarStore(log)
  const runtime = await client(far.store)
  await runtime.start(definition, { id: '1' })
  far.mostAtOnce = 0
  await runtime.start(definition, { id: '1' })
  expect(far.mostAtOnce).toBe(2)
})

test('CLI-196 several agents are looked through at once, and told of in the order of the log', async () => {
  const log = memoryLog()
  const store = memoryStore(log)
  const runtime = await client(store)
  const ids = Array.from({ length: 8 }, (_, at) => String(at))
  for (const id of ids) await runtime.start(definition, { id })
  const foreign = { id: randomUUID(), type: 'foreign', data: {}, metadata: {} }
  for (const id of ids) await store.append(`lamp-${id}`, [foreign], { expected: FIRST_REVISION })
  const far = new FarStore(log, { waitTurns: (stream) => (stream === 'lamp-0' ? 20 : 1) })
  const { findings } = await examineStore(far.store)
  expect(far.mostAtOnce).toBe(ids.length)
  expect(findings.map(({ stream }) => stream)).toEqual(ids.map((id) => `lamp-${id}`))
})

async function client(store: Store) {
  const runtime = await createRuntime({ store, agents: [definition], worker: false })
  closing.push(() => runtime.close())
  return runtime
}

/** Counts what is read of agents, and how much of it at once. */
class FarStore {
  readonly reads: string[] = []
  mostAtOnce = 0
  readonly store: Store
  readonly #waitTurns: (stream: string) => number
  #now = 0

  constructor(log: MemoryLog, { waitTurns = () => 1 }: { readonly waitTurns?: (stream: string) => number } = {}) {
    this.#waitTurns = waitTurns
    const near = memoryStore(log)
    this.store = new Proxy(near, {
      get: (store, member: keyof Store) => {
        if (member === 'read') return (...asked: Parameters<Store['read']>) => this.#read(store, asked)
        const found = store[member]
        return typeof found === 'function' ? found.bind(store) : found
      },
    })
  }

  async *#read(store: Store, asked: Parameters<Store['read']>): ReturnType<Store['read']> & AsyncGenerator {
    const [stream] = asked
    if (!stream.startsWith('lamp-')) return yield* store.read(...asked)
    this.reads.push(stream)
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#now)
    for (let turns = this.#waitTurns(stream); turns > 0; turns--) await new Promise(setImmediate)
    yield* store.read(...asked)
    this.#now--
  }
}
