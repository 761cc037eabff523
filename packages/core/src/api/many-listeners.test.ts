/** Signals that many listen to. Node 20 warns of the eleventh listener, where it is not told that many may come. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createActor, toPromise } from 'xstate'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outliveLease, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const warned = vi.fn<(warning: Error) => void>()

beforeEach(() => void globalThis.process.on('warning', warned))
afterEach(() => {
  globalThis.process.off('warning', warned)
  warned.mockClear()
})

/** As thirty calls do that end when the signal aborts. */
function listenOften(signal: AbortSignal): void {
  for (let call = 0; call < 30; call++) signal.addEventListener('abort', () => {})
}

/** Warnings come a tick late. */
const soon = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('EFF-30 thirty listeners to the signal of a body, of its step, and of a reconcile warn of nothing', async () => {
  const log = memoryLog()
  const { body, runs } = controlledBody()
  const reconcile = vi.fn<(asked: { signal: AbortSignal }) => Promise<'unknown'>>(async ({ signal }) => {
    listenOften(signal)
    return 'unknown'
  })
  const definition = workAgent({ body, policy: { safety: { reconcile } } })
  const first = await startProcess({ log, agents: [definition] })
  await first.runtime.start(definition, { id: '1' })
  await settle()
  listenOften(runs[0]!.args.signal)
  void runs[0]!.args.step('bill', ({ signal }) => listenOften(signal))
  await settle()
  first.die()
  const second = await startProcess({ log, agents: [definition], time: first.time })
  await outliveLease(first.time)
  expect(reconcile).toHaveBeenCalledOnce()
  await soon()
  expect(warned.mock.calls.map(([{ message }]) => message)).toEqual([])
  await second.runtime.close()
})

test('EFF-30 so it is under plain createActor', async () => {
  const logic = effect(async ({ signal, step }) => {
    listenOften(signal)
    await step('bill', ({ signal }) => listenOften(signal))
  })
  await toPromise(createActor(logic).start())
  await soon()
  expect(warned.mock.calls.map(([{ message }]) => message)).toEqual([])
})

test('EFF-30 thirty who wait, or follow a log, by one signal of theirs warn of nothing', async () => {
  const definition = workAgent({ body: controlledBody().body })
  const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  const waiting = new AbortController()
  const waits = Array.from({ length: 30 }, () => agent.done({ signal: waiting.signal }).catch(() => 'aborted'))
  const store = memoryStore(memoryLog())
  const following = new AbortController()
  const { signal } = following
  const follow = async (): Promise<void> => {
    for await (const _ of store.subscribe({ all: true }, { signal }));
  }
  const listen = async (): Promise<void> => {
    for await (const _ of store.externalAppends({ signal }));
  }
  const feeds = Array.from({ length: 30 }, () => Promise.all([follow(), listen()]))
  await soon()
  expect(warned.mock.calls.map(([{ message }]) => message)).toEqual([])
  waiting.abort()
  following.abort()
  expect(await Promise.all(waits)).toEqual(Array(30).fill('aborted'))
  await Promise.all(feeds)
  await runtime.close()
})

test('ERR-140 a signal of another make, as that of jsdom or of a package, ends what it is given to', async () => {
  const definition = workAgent({ body: controlledBody().body })
  const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  const own = new AbortController()
  const { signal } = own
  const foreign = {
    get aborted() {
      return signal.aborted
    },
    reason: 'enough',
    addEventListener: signal.addEventListener.bind(signal),
    removeEventListener: signal.removeEventListener.bind(signal),
  } as AbortSignal
  const waiting = agent.done({ signal: foreign }).catch((error: unknown) => error)
  const store = memoryStore(memoryLog())
  const following = (async () => {
    for await (const _ of store.subscribe({ all: true }, { signal: foreign }));
    for await (const _ of store.externalAppends({ signal: foreign }));
    for await (const _ of runtime.follow({ signal: foreign }));
  })()
  await soon()
  own.abort()
  expect(await waiting).toMatchObject({ code: 'ABORTED' })
  await following
  await runtime.close()
})
