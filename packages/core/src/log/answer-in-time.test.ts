/** What stands between a runtime and its store hides nothing of it. */
import { expect, test } from 'vitest'
import type { ReplayOptions, ReplayTarget } from '../record/replay.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store, StoreExamination } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import { answeringInTime } from './answer-in-time.js'

const { clock } = createWorld()

/** All of the port: what comes to it must come here. */
const PARTS: { readonly [P in keyof Required<Store>]: true } = {
  capabilities: true,
  append: true,
  read: true,
  readAll: true,
  replay: true,
  scan: true,
  subscribe: true,
  externalAppends: true,
  registers: true,
  directory: true,
  projections: true,
  presence: true,
  examine: true,
  close: true,
}

/** The optional parts of the port in a class of a user's own: each needs its `this`. */
class Own {
  readonly #asked: string[] = []
  async replay(_stream: string, _options: ReplayOptions, target: ReplayTarget): Promise<void> {
    this.#asked.push('replay')
    target.operation({ op: 'remove', keys: ['state'], from: undefined }, undefined)
    target.end()
  }
  async *scan(): AsyncGenerator<never> {
    this.#asked.push('scan')
    yield* []
  }
  async examine(): Promise<StoreExamination> {
    return { facts: { asked: this.#asked.join() }, findings: [] }
  }
}

/** What it takes is its own, too. */
class OwnTarget implements ReplayTarget {
  readonly #taken: string[] = []
  get taken(): string {
    return this.#taken.join()
  }
  event(): void {
    this.#taken.push('event')
  }
  begin(): void {
    this.#taken.push('begin')
  }
  operation(): void {
    this.#taken.push('operation')
  }
  end(): void {
    this.#taken.push('end')
  }
}

test('RCV-50 a store that answers in time has every part that the store below it has, methods of a class too', async () => {
  const { capabilities, append, read, readAll, ...others } = memoryStore()
  const own: Store = Object.assign(new Own(), { capabilities, append, read, readAll, ...others })
  const store = answeringInTime(own, clock)
  const target = new OwnTarget()
  await store.replay?.('a-1', {}, target)
  expect(target.taken).toBe('operation,end')
  for await (const page of store.scan?.() ?? []) expect(page).toBeUndefined()
  expect(await store.examine?.()).toEqual({ facts: { asked: 'replay,scan' }, findings: [] })
  const { hurryIn, ...parts } = store
  expect(hurryIn).toBeTypeOf('function')
  expect(Object.keys(parts).toSorted()).toEqual(Object.keys(PARTS).toSorted())
})
