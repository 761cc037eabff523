/** What callers hear of a store that is out of reach: in bounded time, and whether something may be stored. */
import { describe, expect, test } from 'vitest'
import type { AgentTypes } from '../definition/agent-types.js'
import type { Agent } from '../public/agent.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { notes, openProcess } from './consumers.fixture.js'
import { controlledBody } from './controlled-body.fixture.js'
import { defineConsumer } from './define-consumer.js'
import { faultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { asked } from './payment-agent.fixture.js'
import { outcomeOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const REJECTED = { error: { code: 'STORE_REJECTED' } }
const UNKNOWN = { error: { code: 'STORE_UNKNOWN' } }
/** What the caller hears within 20 seconds. */
async function heard(asked: Promise<unknown>, time: ManualTime): Promise<unknown> {
  const told = asked.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  await time.advance(20_000)
  const outcome = await outcomeOf(told)
  return outcome === 'pending' ? outcome : (outcome as { value: unknown }).value
}

const lost = (times: number) => Array.from({ length: times }, () => 'lost' as const)

async function client() {
  const log = memoryLog()
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const process = await startProcess({ log, agents: [definition], worker: false })
  const agent = await process.runtime.start(definition, { id: '1' })
  return { log, definition, ...process, agent, types: () => typesOf(log, 'work-1') }
}

describe('SND-131 while an agent cannot be read', () => {
  type Asked = Pick<Agent<AgentTypes>, 'approval' | 'can' | 'legalEvents' | 'inDoubt' | 'resolve'>
  test.each<[string, (agent: Asked) => Promise<unknown>]>([
    ['puts a question', (agent) => agent.approval('approve')],
    ['asks what it takes', (agent) => agent.can({ type: 'note' })],
    ['asks for all that it takes', (agent) => agent.legalEvents()],
    ['asks what is in doubt', (agent) => agent.inDoubt()],
    ['resolves', (agent) => agent.resolve('0', { acknowledge: true })],
  ])('SND-131 a caller who %s hears in bounded time', async (_what, ask) => {
    const { process, agent } = await asked()
    process.store.isOutOfReach = true
    expect(await heard(ask(agent as unknown as Asked), process.time)).toMatchObject(REJECTED)
  })

  test('SND-131 who attaches to it hears in bounded time, and has it when it can be read again', async () => {
    const { runtime, store, time, definition } = await client()
    store.isOutOfReach = true
    expect(await heard(runtime.attach(definition, '1'), time)).toMatchObject(REJECTED)
    store.isOutOfReach = false
    await time.advance(3_000)
    expect((await runtime.attach(definition, '1')).id).toBe('1')
  })

  test('SND-131 an answer to a question is told as not stored, and is not stored later', async () => {
    const { process, agent, approval, types } = await asked()
    process.store.isOutOfReach = true
    const sent = agent.send({ type: 'approve' }, { approval, by: 'ana' })
    expect(await heard(sent, process.time)).toMatchObject(REJECTED)
    process.store.isOutOfReach = false
    await process.time.advance(5_000)
    expect(await types()).toEqual(['refold.started'])
  })

  test('SND-131 an event that another one came before is told as not stored, and is not stored later', async () => {
    const { log, definition, store, time, agent, types } = await client()
    const other = await startProcess({ log, agents: [definition], worker: false, time })
    const there = await other.runtime.attach(definition, '1')
    store.isOutOfReach = true
    await there.send({ type: 'note', text: 'theirs' })
    const sent = Promise.allSettled([agent.send({ type: 'note', text: 'mine' }), agent.send({ type: 'go' })])
    const refused = { reason: REJECTED.error }
    expect(await heard(sent, time)).toMatchObject({ value: [refused, refused] })
    store.isOutOfReach = false
    await time.advance(5_000)
    expect(await types()).toEqual(['refold.started', 'note'])
  })

  test('SND-131 who attaches to an agent whose start has no answer hears in bounded time', async () => {
    const { runtime, store, time, definition } = await client()
    store.faults.push(...lost(200))
    const started = runtime.start(definition, { id: '2' })
    await settle()
    const asking = Promise.allSettled([started, runtime.attach(definition, '2')])
    const refused = [{ reason: UNKNOWN.error }, { reason: REJECTED.error }]
    expect(await heard(asking, time)).toMatchObject({ value: refused })
    store.faults.length = 0
    await time.advance(5_000)
    expect((await runtime.attach(definition, '2')).id).toBe('2')
  })
})

test('SND-92 a caller whose append may be stored hears that when the runtime is closed, though the last try was refused', async () => {
  const { runtime, store, time, agent, types } = await client()
  const completed: boolean[] = []
  agent.state$.subscribe({ complete: () => completed.push(true) })
  store.faults.push('stored', ...Array.from({ length: 100 }, () => 'rejected' as const))
  const sent = agent.send({ type: 'note', text: 'a' })
  await settle()
  const closed = runtime.close()
  expect(await heard(sent, time)).toMatchObject(UNKNOWN)
  await closed
  expect(completed).toEqual([true])
  expect(await types()).toEqual(['refold.started', 'note'])
})

test('INT-33 a pause of all whose hold has no answer is told as not known in bounded time, and asked again it holds once', async () => {
  const { runtime, store, time, types } = await client()
  store.faults.push('stored', ...Array.from({ length: 100 }, () => 'rejected' as const))
  expect(await heard(runtime.pause({ by: 'ana' }), time)).toMatchObject(UNKNOWN)
  store.faults.length = 0
  expect(await runtime.pause({ by: 'ana' })).toEqual({ count: 1, failed: [] })
  expect(await runtime.holds()).toHaveLength(1)
  expect(await types()).toEqual(['refold.started', 'refold.paused'])
})

test('CON-94 a word on a parked record that has no answer is told as not known in bounded time', async () => {
  const time = new ManualTime()
  const store = faultyStore(memoryStore(memoryLog()))
  const { client: consuming } = await openProcess({ time, store })
  await notes(consuming, '1', 0)
  const fails = (): never => {
    throw new Error('no')
  }
  const running = await consuming.consume(defineConsumer({ name: 'mailer', retry: { attempts: 1 }, each: fails }))
  await settle()
  const keys = (await running.parked()).map(({ key }) => key)
  expect(keys).toHaveLength(1)
  store.faults.push(...lost(100))
  expect(await heard(consuming.consumer('mailer').skip(keys), time)).toMatchObject(UNKNOWN)
})
