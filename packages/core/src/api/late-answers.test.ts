/** A process that gets its store's answer about an agent only after others have gone on with that agent. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { FaultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** What a store has answered arrives when it is let through. */
function held(): { readonly until: Promise<void>; readonly letThrough: () => void } {
  let letThrough = (): void => {}
  const until = new Promise<void>((resolve) => (letThrough = resolve))
  return { until, letThrough }
}

async function scene() {
  const { body } = controlledBody()
  const [one, two] = ([1, 2] as const).map((version) => workAgent({ body, version, initial: 'parked' }))
  const parts = { log: memoryLog(), time: new ManualTime() }
  const agents = [one!, two!]
  const other = (await startProcess({ ...parts, agents })).runtime
  const open = (prepare?: (process: { readonly store: FaultyStore }) => void) =>
    startProcess({ ...parts, agents, worker: false, ...(prepare === undefined ? undefined : { prepare }) })
  return { one: one!, two: two!, time: parts.time, other, open }
}

/** Reads wait before their last page is given. */
function holdReads({ store }: { readonly store: FaultyStore }, until: Promise<void>): void {
  const read = store.read.bind(store)
  store.read = async function* (...args) {
    const pages = []
    for await (const page of read(...args)) pages.push(page)
    await until
    yield* pages
  }
}

describe('SND-70 what others append meanwhile is read', () => {
  test('SND-70 by the one who starts the agent', async () => {
    const { one, other, open } = await scene()
    const { runtime, store } = await open()
    const { until, letThrough } = held()
    store.faults.push({ until, answer: 'stored' })
    const starting = runtime.start(one, { id: '1' })
    await settle()
    await (await other.attach(one, '1')).send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    const agent = await starting
    await settle()
    expect(agent.getSnapshot().context.notes).toEqual(['a'])
  })

  test('SND-70 by the one who attaches to it', async () => {
    const { one, other, open } = await scene()
    const agent = await other.start(one, { id: '1' })
    const { runtime, store } = await open()
    const { until, letThrough } = held()
    holdReads({ store }, until)
    const attaching = runtime.attach(one, '1')
    await settle()
    await agent.send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    const there = await attaching
    await settle()
    expect(there.getSnapshot().context.notes).toEqual(['a'])
  })

  test('SND-70 by the one who attaches while others cannot be followed for a moment', async () => {
    const { one, other, open, time } = await scene()
    const agent = await other.start(one, { id: '1' })
    let breakOff = (): void => {}
    const { runtime, store } = await open(({ store: connection }) => {
      const follow = connection.externalAppends.bind(connection)
      const broken = new Promise<never>(
        (_, reject) => (breakOff = () => reject(new RefoldError('STORE_REJECTED', 'cut'))),
      )
      connection.externalAppends = () => {
        connection.externalAppends = follow
        return { [Symbol.asyncIterator]: () => ({ next: () => broken }) }
      }
    })
    const { until, letThrough } = held()
    holdReads({ store }, until)
    const attaching = runtime.attach(one, '1')
    await settle()
    await agent.send({ type: 'note', text: 'a' }) // no one tells the other process
    breakOff()
    await settle()
    await time.advance(1_000)
    letThrough()
    const there = await attaching
    await settle()
    expect(there.getSnapshot().context.notes).toEqual(['a'])
  })

  test('SND-70 by the one who moves it to another version', async () => {
    const { one, two, other, open } = await scene()
    await other.start(one, { id: '1' })
    const { runtime, store } = await open()
    const { until, letThrough } = held()
    store.faults.push({ until, answer: 'stored' })
    const moving = runtime.migrate(two, '1')
    await settle()
    await (await other.attach(two, '1')).send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    const moved = await moving
    await settle()
    expect(moved.getSnapshot().context.notes).toEqual(['a'])
  })
})
