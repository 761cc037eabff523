/** Agents that are never at rest: what they do ends with their runtime all the same. */
import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { createRuntime } from './create-runtime.js'
import { createWorker } from './create-worker.js'

const clock = defineAgent({
  name: 'clock',
  version: 1,
  machine: setup({ types: { context: {} as { readonly n: number } } }).createMachine({
    context: { n: 0 },
    on: {
      go: { actions: ({ self }) => self.send({ type: 'tick' }) },
      tick: { actions: [assign({ n: ({ context }) => context.n + 1 }), ({ self }) => self.send({ type: 'tick' })] },
      set: { actions: assign({ n: ({ context }) => context.n + 1 }) },
    },
  }),
})

/** Its appends take a moment, as those of a disk. */
function slowStore() {
  const store = memoryStore()
  const append = store.append.bind(store)
  return Object.assign(store, {
    append: async (...given: Parameters<typeof append>) => {
      await new Promise((resolve) => setImmediate(resolve))
      return append(...given)
    },
  })
}

/** A world that keeps what is logged. */
function world(lines: string[]) {
  const logger = { log: (_level: unknown, message: string) => void lines.push(message) }
  return createWorld({ logger })
}

test('WRK-53 an agent whose action always sends it the next event keeps no runtime from closing', async () => {
  const lines: string[] = []
  const runtime = await createRuntime({ store: slowStore(), agents: [clock], world: world(lines) })
  const agent = await runtime.start(clock, { id: '1' })
  await agent.send({ type: 'go' })
  await runtime.close()
  expect(agent.getSnapshot().context.n).toBeGreaterThan(0)
  expect(lines).toContain('what an action of clock-1 sent to an actor was not taken')
}, 60_000)

test('WRK-53 events that are sent all the while keep no worker from draining', async () => {
  const worker = await createWorker({ store: slowStore(), agents: [clock] })
  const agent = await worker.start(clock, { id: '1' })
  const codes: unknown[] = []
  const sending = async (): Promise<void> => {
    while (codes.length === 0)
      await agent.send({ type: 'set' }).catch(({ code }: { readonly code: string }) => codes.push(code))
  }
  const senders = Promise.all(Array.from({ length: 20 }, sending))
  await agent.waitFor(({ context }) => context.n > 100)
  await worker.drain({ by: 'ana' })
  await senders
  expect(new Set(codes)).toEqual(new Set(['CLOSED']))
}, 60_000)
