/** Subscribers' own mistakes, and errors that no one handles: logged, never thrown into the process. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** What rxjs throws from a timer ends a process. */
const escaped: unknown[] = []
let others: NodeJS.UncaughtExceptionListener[] = []
const note = (error: unknown): void => void escaped.push(error)

beforeEach(() => {
  escaped.length = 0
  others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', note)
})
afterEach(() => {
  process.removeAllListeners('uncaughtException')
  for (const other of others) process.on('uncaughtException', other)
})

async function parked() {
  const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
  const opened = await startProcess({ log: memoryLog(), agents: [definition] })
  const agent = await opened.runtime.start(definition, { id: '1' })
  return { ...opened, agent }
}

type Watchable = Awaited<ReturnType<typeof parked>>['agent']

function boom(): never {
  throw new Error('the subscriber threw')
}

/** Also what rxjs puts off to the next timer. */
async function afterTimers(): Promise<void> {
  await settle()
  await new Promise((resolve) => setTimeout(resolve, 0))
  await settle()
}

describe('HIS-2 a subscriber', () => {
  test.each([
    ['a function', (agent: Watchable) => agent.subscribe(boom)],
    ['an observer', (agent: Watchable) => agent.subscribe({ next: boom })],
  ])('HIS-2 (%s) that throws is logged, gets what comes next, and ends no process', async (_what, subscribe) => {
    const { agent, logged } = await parked()
    subscribe(agent)
    await settle()
    expect((await agent.send({ type: 'note', text: 'a' })).context.notes).toEqual(['a'])
    await afterTimers()
    expect(logged.map(({ level }) => level)).toEqual(['error', 'error'])
    expect(escaped).toEqual([])
  })

  test('HIS-312 that is async and rejects is logged, gets what comes next, and ends no process', async () => {
    const { agent, logged } = await parked()
    const async = (): unknown => Promise.reject(new Error('the subscriber rejected'))
    agent.subscribe(async)
    agent.subscribe({ complete: async })
    await settle()
    await agent.send({ type: 'finish' })
    await afterTimers()
    expect(logged.filter(({ message }) => message.includes('subscriber'))).toHaveLength(3)
  })

  test('HIS-2 without an error handler does not end the process when its agent cannot go on', async () => {
    const { agent, store, logged } = await parked()
    agent.subscribe(() => {})
    agent.subscribe({})
    agent.on('*', () => {})
    await settle()
    store.faults.push('fatal')
    await expect(agent.send({ type: 'note', text: 'a' })).rejects.toMatchObject({ code: 'STORE_FATAL' })
    await afterTimers()
    expect(escaped).toEqual([])
    expect(logged.filter(({ message }) => message.includes('subscriber'))).toHaveLength(2)
  })

  test('HIS-2 with an error handler gets the error, and one that throws is logged', async () => {
    const { agent, store, logged } = await parked()
    const errors: unknown[] = []
    agent.subscribe({ error: (error: unknown) => errors.push(error) })
    agent.subscribe(
      () => {},
      (error) => errors.push(error),
    )
    agent.subscribe({ error: boom })
    await settle()
    store.faults.push('fatal')
    await expect(agent.send({ type: 'note', text: 'a' })).rejects.toMatchObject({ code: 'STORE_FATAL' })
    await afterTimers()
    expect(errors).toMatchObject([{ code: 'STORE_FATAL' }, { code: 'STORE_FATAL' }])
    expect(logged.filter(({ message }) => message.includes('subscriber'))).toHaveLength(1)
    expect(escaped).toEqual([])
  })

  test('HIS-2 whose end handler throws is logged', async () => {
    const { agent, logged } = await parked()
    agent.subscribe({ complete: boom })
    await settle()
    await agent.send({ type: 'finish' })
    await afterTimers()
    expect(logged).toMatchObject([{ level: 'error' }])
    expect(escaped).toEqual([])
  })
})
