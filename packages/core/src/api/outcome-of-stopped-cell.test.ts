/** What becomes of the outcome of a paid call whose agent stops in this process before it is recorded. */
import { expect, test } from 'vitest'
import type { EffectArgs } from '../definition/effect-types.js'
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { Report } from '../public/report.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store, StoredEvent } from '../store/port.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { WorkInput } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { workAgent } from './work-agent.fixture.js'

type Held = { readonly begun: Promise<void>; readonly wait: () => Promise<void>; readonly release: () => void }

function held(): Held {
  let tellBegun = (): void => {}
  let release = (): void => {}
  const begun = new Promise<void>((resolve) => (tellBegun = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  return { begun, wait: () => (tellBegun(), released), release }
}

const shouted = (value: JsonValue): JsonValue => JSON.parse(JSON.stringify(value).replaceAll('two', 'TWO')) as JsonValue

const otherText = (event: StoredEvent): StoredEvent =>
  event.type === 'note' ? { ...event, data: shouted(event.data), metadata: shouted(event.metadata) } : event

type HeldUp = { read?: Held; append?: Held }

/** What is read of a stream is not what was decided; the next read and the next append can be held up. */
function slowStore(store: Store) {
  const next: HeldUp = {}
  const take = async (what: 'read' | 'append'): Promise<void> => {
    const one = next[what]
    delete next[what]
    await one?.wait()
  }
  async function* read(...given: Parameters<Store['read']>): AsyncGenerator<readonly StoredEvent[]> {
    await take('read')
    for await (const page of store.read(...given)) yield page.map(otherText)
  }
  const append: Store['append'] = async (...given) => {
    await take('append')
    return store.append(...given)
  }
  const slow = new Proxy(store, {
    get: (target, key) => {
      if (key === 'read') return read
      if (key === 'append') return append
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
  return { slow, next }
}

type Stopping = {
  readonly send: (text: string) => Promise<unknown>
  readonly next: HeldUp
  readonly reports: readonly Report[]
}

/** Stops the agent while an append is held up and the outcome that `settle` gives waits behind it. */
async function stopBeforeRecorded({ send, next, reports }: Stopping, settle: () => void): Promise<void> {
  const read = (next.read = held())
  for (const text of ['one', 'two', 'three', 'four']) await send(text)
  await read.begun
  const append = (next.append = held())
  const note = send('five')
  await append.begun
  settle()
  await new Promise((resolve) => setImmediate(resolve)) // it waits in the line by now
  read.release()
  await expect.poll(() => reports.map(({ code }) => code)).toEqual(['LIVE_DIFFERS'])
  append.release()
  await Promise.allSettled([note]) // by the cell that stopped, or told that it did
}

test('EFF-512 the outcome of a call whose agent stops on a defect before it is recorded is recorded by the agent folded again', async () => {
  const store = memoryStore()
  const { slow, next } = slowStore(store)
  const reports: Report[] = []
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
  await using runtime = await createRuntime({
    store: slow,
    agents: [definition],
    snapshots: { everyEvents: 6 },
    onReport: (report) => reports.push(report),
  })
  const agent = await runtime.start(definition, { id: '1' })
  await expect.poll(() => work.runs.length).toBe(1)
  const send = (text: string): Promise<unknown> => agent.send({ type: 'note', text })
  await stopBeforeRecorded({ send, next, reports }, () => work.last.resolve('paid'))
  await expect.poll(() => typesIn(store, 'work-1'), { timeout: 5_000 }).toContain('refold.effect.done')
  expect(work.runs.length).toBe(1)
  expect(reports).toHaveLength(1)
})

test('EFF-573 a step of a payment is recorded all the same, and the payment goes on', async () => {
  const store = memoryStore()
  const { slow, next } = slowStore(store)
  const reports: Report[] = []
  let quoted: (price: string) => void = () => {}
  let quotes = 0
  const quote = (): Promise<string> => {
    quotes++
    return new Promise((resolve) => (quoted = resolve))
  }
  const body = async ({ step }: EffectArgs<WorkInput>) => (await step('quote', quote)) as never
  const definition = workAgent({ body, policy: { safety: 'never-retry' } })
  await using runtime = await createRuntime({
    store: slow,
    agents: [definition],
    snapshots: { everyEvents: 6 },
    onReport: (report) => reports.push(report),
  })
  const agent = await runtime.start(definition, { id: '1' })
  await expect.poll(() => quotes).toBe(1)
  const send = (text: string): Promise<unknown> => agent.send({ type: 'note', text })
  await stopBeforeRecorded({ send, next, reports }, () => quoted('12.50'))
  await expect
    .poll(async () => (await typesIn(store, 'work-1')).filter((type) => type.startsWith('refold.effect')))
    .toEqual(['refold.effect.started', 'refold.effect.step', 'refold.effect.done'])
  expect(quotes).toBe(1)
})

test('EFF-513 an outcome that cannot be recorded is reported with its effect', async () => {
  const store = memoryStore()
  const reports: Report[] = []
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const refusing = new Proxy(store, {
    get: (target, key) => {
      const append: Store['append'] = (stream, events, options) => {
        if (events.some(({ type }) => type !== 'refold.effect.done')) return store.append(stream, events, options)
        throw new RefoldError('STORE_FATAL', 'the disk is gone')
      }
      if (key === 'append') return append
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
  const onReport = (report: Report): void => void reports.push(report)
  await using runtime = await createRuntime({ store: refusing, agents: [definition], onReport })
  await runtime.start(definition, { id: '1' })
  await expect.poll(() => work.runs.length).toBe(1)
  work.last.resolve('paid')
  await expect
    .poll(() => reports)
    .toContainEqual({
      code: 'STORE_FATAL',
      agent: { name: 'work', id: '1' },
      message: 'the outcome of effect 0.0 of work-1 could not be recorded: the disk is gone',
      facts: { effect: '0.0', input: 'effect.done', cause: expect.objectContaining({ code: 'STORE_FATAL' }) },
    })
})

async function typesIn(store: Store, stream: string): Promise<readonly string[]> {
  const types: string[] = []
  for await (const page of store.read(stream)) types.push(...page.map(({ type }) => type))
  return types
}
