/** What callers ask of an agent while the store does not say what became of an append, or cannot be read. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import type { Revision } from '../record/revision.js'
import { memoryLog } from '../store/memory-store.js'
import { defineConsumer } from './define-consumer.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

type Opened = Awaited<ReturnType<typeof opened>>
type Agent = Awaited<ReturnType<Opened['start']>>

async function opened() {
  const [log, work] = [memoryLog(), controlledBody()]
  const definition = workAgent({ body: work.body })
  const process = await startProcess({ log, agents: [definition] })
  const start = async () => {
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    return agent
  }
  const loseAnswers = (): void => void process.store.faults.push(...Array.from({ length: 500 }, () => 'lost' as const))
  return { ...process, work, definition, start, loseAnswers }
}

const QUESTIONS: readonly (readonly [string, (agent: Agent, process: Opened) => Promise<unknown>])[] = [
  ['can', (agent) => agent.can({ type: 'leave' })],
  ['legalEvents', (agent) => agent.legalEvents()],
  ['inDoubt', (agent) => agent.inDoubt()],
  ['resolve', (agent) => agent.resolve('1.1', { again: true })],
  ['send at a revision', (agent) => agent.send({ type: 'leave' }, { expectedRevision: 0 })],
  ['attach', (_agent, { runtime, definition }) => runtime.attach(definition, '1')],
  ['start again', (_agent, { runtime, definition }) => runtime.start(definition, { id: '1' })],
]

describe('SND-131 a caller hears in bounded time', () => {
  test.each(QUESTIONS)('SND-131 %s, while no one knows whether an outcome is stored', async (_what, ask) => {
    const process = await opened()
    const agent = await process.start()
    process.loseAnswers()
    process.work.last.resolve('done')
    await settle()
    const asked = ask(agent, process)
    asked.catch(() => undefined)
    expect(await outcomeOf(asked)).toBe('pending')
    await process.time.advance(20_000)
    expect(await outcomeOf(asked)).toMatchObject({ error: { code: 'STORE_REJECTED' } })
    process.store.faults.length = 0
    await process.time.advance(20_000)
    expect(await agent.can({ type: 'leave' })).toBe(false)
  })

  test('SND-131 attach, while no one knows whether the agent is started', async () => {
    const process = await opened()
    process.loseAnswers()
    const starting = process.start()
    starting.catch(() => undefined)
    await settle()
    const attaching = process.runtime.attach(process.definition, '1')
    attaching.catch(() => undefined)
    await process.time.advance(20_000)
    expect(await outcomeOf(starting)).toMatchObject({ error: { code: 'STORE_UNKNOWN' } })
    expect(await outcomeOf(attaching)).toMatchObject({ error: { code: 'STORE_REJECTED' } })
    process.store.faults.length = 0
    await process.time.advance(20_000)
    expect((await process.runtime.attach(process.definition, '1')).getSnapshot().value).toBe('working')
  })

  test('SND-131 can, while the stream cannot be read', async () => {
    const process = await opened()
    const agent = await process.start()
    const { read } = process.store
    process.store.read = () => {
      throw new RefoldError('STORE_REJECTED', 'not now')
    }
    const asked = agent.can({ type: 'leave' })
    asked.catch(() => undefined)
    await process.time.advance(20_000)
    expect(await outcomeOf(asked)).toMatchObject({ error: { code: 'STORE_REJECTED' } })
    process.store.read = read
    await process.time.advance(20_000)
    expect(await agent.can({ type: 'leave' })).toBe(true)
  })
})

test('SND-131 who follows an agent waits on for what is to come', async () => {
  const process = await opened()
  const agent = await process.start()
  process.loseAnswers()
  process.work.last.resolve('done')
  await settle()
  const [seen, errors]: [string[], unknown[]] = [[], []]
  agent
    .eventsFrom(0n as Revision)
    .subscribe({ next: ({ type }) => seen.push(type), error: (error) => errors.push(error) })
  await process.time.advance(20_000)
  process.store.faults.length = 0
  await process.time.advance(20_000)
  expect([seen, errors]).toEqual([['refold.started', 'refold.effect.done'], []])
})

describe('a command to many', () => {
  test('INT-33 rejects when no one knows for long whether the hold is stored, and asked again it is given', async () => {
    const process = await opened()
    const agent = await process.start()
    process.loseAnswers()
    const paused = process.runtime.pause()
    paused.catch(() => undefined)
    await process.time.advance(20_000)
    expect(await outcomeOf(paused)).toMatchObject({ error: { code: 'STORE_UNKNOWN' } })
    process.store.faults.length = 0
    expect(await process.runtime.pause()).toMatchObject({ count: 1 })
    expect(agent.getSnapshot().condition).toBe('paused')
  })
})

describe('a consumer', () => {
  test('CON-94 is not waited for without end by who retries, skips or runs one, while no one knows what is stored', async () => {
    const process = await opened()
    const { runtime, store, time } = process
    await process.start()
    const policy = { retry: { attempts: 1 } }
    const each = (): Promise<never> => Promise.reject(new Error('no'))
    const running = await runtime.consume(defineConsumer({ name: 'mailer', each, ...policy }))
    await time.advance(1_000)
    process.loseAnswers()
    const asked = [
      running.retry('all'),
      runtime.consumer('mailer').skip('all'),
      runtime.consume(defineConsumer({ name: 'other', each })),
    ]
    for (const one of asked) one.catch(() => undefined)
    await time.advance(20_000)
    for (const one of asked) expect(await outcomeOf(one)).toMatchObject({ error: { code: 'STORE_UNKNOWN' } })
    store.faults.length = 0
    expect(await running.skip('all')).toBe(1)
  })
})
