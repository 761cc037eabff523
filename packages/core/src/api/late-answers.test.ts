/** A process that gets its store's answer about an agent only after others have gone on with that agent. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { FaultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkContext } from './work-agent.fixture.js'

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

/** The next append is stored, and its answer waits. */
function holdAnswer({ faults }: FaultyStore): () => void {
  const { until, letThrough } = held()
  faults.push({ until, answer: 'stored' })
  return letThrough
}

/** Reads wait before their pages are given. */
function holdReads(store: FaultyStore): () => void {
  const { until, letThrough } = held()
  const read = store.read.bind(store)
  store.read = async function* (...args) {
    const pages = []
    for await (const page of read(...args)) pages.push(page)
    await until
    yield* pages
  }
  return letThrough
}

/** What the agent is found to have noted once the answer has come. */
async function notesOf(
  arriving: Promise<{ getSnapshot(): { readonly context: WorkContext } }>,
): Promise<readonly string[]> {
  const agent = await arriving
  await settle()
  return agent.getSnapshot().context.notes
}

describe('SND-70 what others append meanwhile is read', () => {
  test('SND-70 by the one who starts the agent', async () => {
    const { one, other, open } = await scene()
    const { runtime, store } = await open()
    const letThrough = holdAnswer(store)
    const starting = runtime.start(one, { id: '1' })
    await settle()
    await (await other.attach(one, '1')).send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    expect(await notesOf(starting)).toEqual(['a'])
  })

  test('SND-70 by the one who attaches to it', async () => {
    const { one, other, open } = await scene()
    const agent = await other.start(one, { id: '1' })
    const { runtime, store } = await open()
    const letThrough = holdReads(store)
    const attaching = runtime.attach(one, '1')
    await settle()
    await agent.send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    expect(await notesOf(attaching)).toEqual(['a'])
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
    const letThrough = holdReads(store)
    const attaching = runtime.attach(one, '1')
    await settle()
    await agent.send({ type: 'note', text: 'a' }) // no one tells the other process
    breakOff()
    await settle()
    await time.advance(1_000)
    letThrough()
    expect(await notesOf(attaching)).toEqual(['a'])
  })

  test('SND-70 by the one who moves it to another version', async () => {
    const { one, two, other, open } = await scene()
    await other.start(one, { id: '1' })
    const { runtime, store } = await open()
    const letThrough = holdAnswer(store)
    const moving = runtime.migrate(two, '1')
    await settle()
    await (await other.attach(two, '1')).send({ type: 'note', text: 'a' })
    await settle()
    letThrough()
    expect(await notesOf(moving)).toEqual(['a'])
  })
})
