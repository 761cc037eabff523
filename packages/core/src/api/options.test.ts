/** Options of `createRuntime` that make no sense are refused before anything is opened. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createClient } from './create-client.js'
import { createRuntime } from './create-runtime.js'
import { workAgent } from './work-agent.fixture.js'

const definition = workAgent({ body: controlledBody().body, initial: 'parked' })

const nothing = (): void => {}
const METHODS = { append: nothing, read: nothing, subscribe: nothing, externalAppends: nothing, close: nothing }

function open(extra: object) {
  return createRuntime({ store: memoryStore(memoryLog()), agents: [definition], ...extra })
}

describe('options', () => {
  test.each([
    [{ worker: { leaseDurationMs: Number.NaN } }, 'worker.leaseDurationMs'],
    [{ worker: { leaseDurationMs: 0 } }, 'worker.leaseDurationMs'],
    [{ worker: { leaseDurationMs: -1 } }, 'worker.leaseDurationMs'],
    [{ worker: { leaseDurationMs: '10s' } }, 'worker.leaseDurationMs'],
    [{ worker: { leaseDurationMs: 2 ** 31 } }, 'worker.leaseDurationMs'],
    [{ worker: { heartbeatEveryMs: Number.NaN } }, 'worker.heartbeatEveryMs'],
    [{ worker: { heartbeatEveryMs: 0 } }, 'worker.heartbeatEveryMs'],
    [{ worker: { leaseDurationMs: 1_000, heartbeatEveryMs: 501 } }, 'worker.heartbeatEveryMs'],
    [{ worker: { closeGraceMs: -1 } }, 'worker.closeGraceMs'],
    [{ worker: { closeGraceMs: 2 ** 31 } }, 'worker.closeGraceMs'],
    [{ worker: { leasDurationMs: 1 } }, 'worker.leasDurationMs'],
    [{ worker: true }, 'worker'],
    [{ worker: null }, 'worker'],
    [{ snapshots: { everyEvents: 0 } }, 'snapshots.everyEvents'],
    [{ snapshots: { everyEvents: Number.NaN } }, 'snapshots.everyEvents'],
    [{ snapshots: { every: 5 } }, 'snapshots.every'],
    [{ snapshots: 5 }, 'snapshots'],
    [{ onReport: 5 }, 'onReport'],
    [{ world: {} }, 'world.clock'],
    [{ world: 5 }, 'world'],
    [{ agents: undefined }, 'agents'],
    [{ agents: definition }, 'agents'],
    [{ store: undefined }, 'store'],
    [{ store: {} }, 'store'],
    [{ store: { ...METHODS } }, 'store.registers'],
    [{ store: { ...METHODS, registers: memoryStore().registers } }, 'store.directory'],
    [{ storr: 1 }, 'storr'],
  ])('%j are refused at %s', async (extra, path) => {
    await expect(open(extra)).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path } })
  })

  test('SND-46 a client tells what it was opened with', async () => {
    const store = memoryStore(memoryLog())
    await using client = await createClient({ store, agents: [definition] })
    expect(client.parts).toEqual({ store, agents: [definition] })
    expect(client.parts.store).toBe(store)
  })

  test('a mistyped option is told with the one that was meant', async () => {
    await expect(open({ worker: { leasDurationMs: 1 } })).rejects.toMatchObject({
      message: 'worker.leasDurationMs: is not known',
      hint: "Did you mean 'leaseDurationMs'?",
    })
    await expect(createRuntime(undefined as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test.each([
    [{}],
    [{ worker: false }],
    [{ worker: undefined, snapshots: undefined, onReport: undefined, world: undefined }],
    [{ worker: { id: 'a', leaseDurationMs: 100, heartbeatEveryMs: 50, closeGraceMs: 0 } }],
    [{ worker: { heartbeatEveryMs: undefined }, snapshots: { everyEvents: 1 } }],
  ])('%j are taken', async (extra) => {
    const runtime = await open(extra)
    await expect(runtime.close()).resolves.toBeUndefined()
  })
})

test.each([undefined, false] as const)(
  'a store that cannot be reached is told at once, and closed (worker: %s)',
  async (worker) => {
    const refusal = new RefoldError('STORE_FATAL', 'no such disk')
    const refuse = () => Promise.reject(refusal)
    const store = memoryStore(memoryLog())
    let closed = false
    const registers = { get: refuse, put: refuse, remove: refuse }
    const close = async (): Promise<void> => {
      closed = true
      await store.close()
    }
    // oxlint-disable-next-line require-yield -- it has nothing to give
    const read = async function* (): AsyncGenerator<never> {
      throw refusal
    }
    await expect(open({ store: asStore(store, { registers, close, read }), worker })).rejects.toBe(refusal)
    expect(closed).toBe(true)
  },
)

function asStore(store: Store, replaced: Partial<Store>): Store {
  return Object.assign(Object.create(store) as Store, replaced)
}

describe('options of an agent', () => {
  const agent = async () => (await open({ worker: false })).start(definition, { id: '1' })

  test.each([
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
    [{ timeoutMs: '5s' }, 'timeoutMs'],
    [{ timeoutMs: -1 }, 'timeoutMs'],
    [{ timeout: 5 }, 'timeout'],
    [{ signal: {} }, 'signal'],
    [{ whenBlocked: 'never' }, 'whenBlocked'],
  ])('a wait with %j is refused at %s', async (options, path) => {
    const refused = { code: 'INVALID_INPUT', facts: { path } }
    await expect((await agent()).done(options as never)).rejects.toMatchObject(refused)
    await expect((await agent()).waitFor(() => false, options as never)).rejects.toMatchObject(refused)
  })

  test.each(['pause', 'resume', 'retry'] as const)('SND-44 a mistyped member of a %s is refused', async (command) => {
    const done = (await agent())[command]({ resaon: 'late' } as never)
    await expect(done).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: "Did you mean 'reason'?" })
  })

  test('SND-44 a mistyped member of a start is refused: the agent would begin without its input', async () => {
    await using runtime = await open({})
    const started = runtime.start(definition, { id: '1', inputs: { job: 'a' } } as never)
    await expect(started).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'inputs' } })
    await expect(runtime.attach(definition, '1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('a mistyped id of an event is refused: the event would count twice', async () => {
    const sent = (await agent()).send({ type: 'note', text: 'a' }, { ID: '1' } as never)
    await expect(sent).rejects.toMatchObject({ code: 'INVALID_INPUT', hint: "Did you mean 'id'?" })
  })
})
