/** A store that does not answer, neither with a result nor with an error. */
import { describe, expect, test, vi } from 'vitest'
import { isRefoldError } from '../errors.js'
import { answeringInTime } from '../log/answer-in-time.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { LEASE_MS, outcomeOf, outliveLease, startProcess, startWorker, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const NEVER = new Promise<never>(() => {})
const MINUTE = 60_000
/** Two make a suspect; by then it has died on probation in company. */
const DEATHS = 5

async function working(options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...options })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  const other = () => startProcess({ log, agents: [definition], time: process.time })
  return { log, work, definition, process, agent, other, types: () => typesOf(log, 'work-1') }
}

/** From now on its holds cannot be read, and nothing says so. */
function loseHolds(store: Store): void {
  const read = store.read.bind(store)
  vi.spyOn(store, 'read').mockImplementation((stream, options) =>
    stream === 'refold-holds' ? { [Symbol.asyncIterator]: () => ({ next: () => NEVER }) } : read(stream, options),
  )
}

describe('RCV-45 a store that never answers', () => {
  test('RCV-45 SND-20 an append counts as unknown: its caller hears, and it is repeated and counts once', async () => {
    const { process, agent, types } = await working()
    process.store.faults.push({ until: NEVER })
    const sent = agent.send({ type: 'note', text: 'a' }, { id: 'once' })
    sent.catch(() => undefined)
    await process.time.advance(2 * MINUTE + 1_000)
    expect(await outcomeOf(sent)).toMatchObject({ error: { code: 'STORE_UNKNOWN' } })
    expect(await types()).toEqual(['refold.started', 'note'])
    expect((await agent.send({ type: 'note', text: 'a' }, { id: 'once' })).context.notes).toEqual(['a'])
  })

  test('RCV-45 an outcome is stored as soon as the store answers again', async () => {
    const { process, agent, work } = await working()
    process.store.faults.push({ until: NEVER }, { until: NEVER }, { until: NEVER })
    work.last.resolve('paid')
    await process.time.advance(5 * MINUTE)
    expect(agent.getSnapshot().context.result).toBe('paid')
    expect(work.runs).toHaveLength(1)
  })

  test('RCV-45 closing ends, and says what it knows', async () => {
    const { process, agent } = await working({ policy: { safety: 'never-retry' } })
    process.store.cut()
    const sent = agent.send({ type: 'note', text: 'a' })
    sent.catch(() => undefined)
    const closed = process.runtime.close()
    closed.catch(() => undefined)
    await process.time.advance(5 * MINUTE)
    expect(await outcomeOf(closed)).toMatchObject({ error: { code: 'TIMEOUT' } })
    expect(await outcomeOf(sent)).toMatchObject({ error: { code: 'STORE_UNKNOWN' } })
  })

  test('RCV-45 a runtime cannot be opened on it, and says so', async () => {
    const time = new ManualTime()
    const opened = startProcess({ log: memoryLog(), agents: [], time, prepare: ({ store }) => store.cut() })
    opened.catch(() => undefined)
    await time.advance(5 * MINUTE)
    expect(await outcomeOf(opened)).toMatchObject({ error: { code: 'TIMEOUT' } })
  })

  test('RCV-45 a worker whose heartbeat was never answered has its lease again once the store answers', async () => {
    const { process, agent, work } = await working({ initial: 'parked' })
    vi.spyOn(process.store.registers, 'put').mockReturnValueOnce(NEVER)
    await process.time.advance(2 * LEASE_MS)
    await agent.send({ type: 'go' })
    await settle()
    expect(work.runs).toHaveLength(0)
    await process.time.advance(2 * MINUTE)
    expect(work.runs).toHaveLength(1)
  })
})

describe('RCV-46 holds that cannot be read', () => {
  test('RCV-46 keep a process neither from following others nor from taking over', async () => {
    const { process, definition, work, other } = await working()
    loseHolds(process.store)
    const third = await other()
    await third.runtime.pause() // the first one is told that the holds have changed
    await third.runtime.resume()
    await third.runtime.start(definition, { id: '2' })
    await settle()
    const { length } = work.runs
    third.die()
    await outliveLease(process.time)
    expect(work.runs).toHaveLength(length + 1)
    expect(process.takenOver).toMatchObject([{ agent: { id: '2' } }])
  })
})

describe('OWN-14 a suspect whose claim the store does not take', () => {
  /** `process` isolates suspects, and the claim of the first one gets no answer. */
  async function isolating(suspects: number) {
    const { log, definition, process, work } = await working()
    for (let id = 2; id <= suspects; id++) await process.runtime.start(definition, { id: String(id) })
    let last = process
    for (let deaths = 0; deaths < DEATHS; deaths++) {
      last.die()
      last = await startProcess({ log, agents: [definition], time: last.time })
      if (deaths === DEATHS - 1) last.store.faults.push({ until: NEVER })
      const { length } = last.store.appends
      while (last.store.appends.length === length) await last.time.advance(100)
    }
    return { process: last, definition, work }
  }

  test('OWN-14 holds up no effect of another agent', async () => {
    const { process, definition, work } = await isolating(1)
    const { length } = work.runs
    await process.runtime.start(definition, { id: 'other' })
    await settle()
    expect(work.runs).toHaveLength(length + 1)
    await process.time.advance(3 * MINUTE)
    expect(work.runs).toHaveLength(length + 2)
  })

  test('OWN-14 holds up no other suspect', async () => {
    const { process, work } = await isolating(2)
    const { length } = work.runs
    await process.time.advance(10_000)
    expect(work.runs).toHaveLength(length + 1)
    await process.time.advance(3 * MINUTE)
    expect(work.runs).toHaveLength(length + 2)
  })
})

describe('WRK-34 a process that is to end', () => {
  const SECONDS = 1_000
  /** How many seconds it took, by the process's own clock. */
  async function secondsOf(time: ManualTime, ended: Promise<unknown>): Promise<number> {
    const from = time.now
    const at: number[] = []
    const end = (): unknown => at.push(time.now)
    ended.then(end, end)
    for (let second = 0; second < 300 && at.length === 0; second++) await time.advance(SECONDS)
    return ((at[0] ?? Number.NaN) - from) / SECONDS
  }

  /** A worker at a payment, whose store is silent from now on. */
  async function cutOff() {
    const definition = workAgent({ body: controlledBody().body, policy: { safety: 'never-retry' } })
    const { runtime, store, time } = await startWorker({ log: memoryLog(), agents: [definition], id: 'a' })
    await runtime.start(definition, { id: '1' })
    await settle()
    store.cut()
    return { runtime, time }
  }

  test.each([
    [0, 20],
    [5, 20],
    [20, 30],
    [60, 70],
  ])('WRK-34 a drain of %d s of a mute store is over after %d s at most', async (deadline, most) => {
    const { runtime, time } = await cutOff()
    const took = await secondsOf(time, runtime.drain({ deadlineMs: deadline * SECONDS }))
    expect(took).toBeLessThanOrEqual(most)
    expect(took).toBeGreaterThanOrEqual(deadline)
  })

  test('WRK-34 a close too, and one that comes during a drain hurries it', async () => {
    const closed = await cutOff()
    expect(await secondsOf(closed.time, closed.runtime.close())).toBeLessThanOrEqual(30)
    const { runtime, time } = await cutOff()
    const drained = runtime.drain({ deadlineMs: 120 * SECONDS })
    await time.advance(SECONDS)
    expect(await secondsOf(time, Promise.all([runtime.close(), drained]))).toBeLessThanOrEqual(20)
  })
})

describe('RCV-45 several questions at once to a store', () => {
  function asking(answers: readonly Promise<unknown>[]) {
    const time = new ManualTime()
    const source = memoryStore()
    const left = [...answers]
    const get = (): Promise<string | undefined> => (left.shift() ?? Promise.resolve('')) as Promise<string>
    const store = answeringInTime({ ...source, registers: { ...source.registers, get } }, time.clock())
    const told: string[] = []
    const ask = (name: string): void =>
      void store.registers.get(name).then(
        () => told.push(`${name} answered at ${time.now}`),
        (error: unknown) => told.push(`${name} ${isRefoldError(error) ? error.code : ''} at ${time.now}`),
      )
    return { time, told, ask }
  }

  test('RCV-45 each has its own time', async () => {
    const late = new Promise((resolve) => setImmediate(() => resolve('')))
    const { time, told, ask } = asking([NEVER, late, NEVER])
    ask('first')
    ask('second')
    await time.advance(1_000)
    ask('third')
    await time.advance(200_000)
    expect(told).toEqual(['second answered at 0', 'first TIMEOUT at 120000', 'third TIMEOUT at 121000'])
  })

  test('RCV-45 one without an answer leaves the next ones less time, and one with an answer all of it again', async () => {
    const { time, told, ask } = asking([NEVER, NEVER, Promise.resolve(''), NEVER])
    ask('first')
    await time.advance(119_000)
    ask('before')
    await time.advance(1_000)
    ask('answered')
    await time.advance(0)
    ask('after')
    await time.advance(200_000)
    expect(told).toEqual([
      'first TIMEOUT at 120000',
      'answered answered at 120000',
      'before TIMEOUT at 239000',
      'after TIMEOUT at 240000',
    ])
  })

  test('RCV-45 a question that is asked of a mute store is over before those that were asked earlier', async () => {
    const { time, told, ask } = asking([NEVER, NEVER, NEVER])
    ask('first')
    await time.advance(100_000)
    ask('second')
    await time.advance(20_000)
    ask('third')
    await time.advance(200_000)
    expect(told).toEqual(['first TIMEOUT at 120000', 'third TIMEOUT at 135000', 'second TIMEOUT at 220000'])
  })
})
