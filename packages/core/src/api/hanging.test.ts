/** User code that never answers: it holds up no one else, and someone is told. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outcomeOf, outliveLease, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const never = (): Promise<never> => new Promise(() => {})

async function working(policy: WorkOptions['policy'] & object) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy })
  const start = () => startProcess({ log, time, agents: [definition] })
  const process = await start()
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { time, work, definition, process, agent, start }
}

describe('EFF-12 a body that was left and does not end', () => {
  test.each(['idempotent', 'never-retry'] as const)(
    'EFF-12 (%s) keeps its slot until it ends, also when its time is over, and it is logged',
    async (safety) => {
      const { time, work, definition, process, agent } = await working({ safety, concurrency: 1, timeoutMs: 5_000 })
      await process.runtime.start(definition, { id: '2' })
      await agent.send({ type: 'leave' })
      await time.advance(4_000)
      expect(work.runs).toHaveLength(1)
      await time.advance(20_000)
      expect(work.runs).toHaveLength(1)
      expect(process.logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('work-1') }])
      work.last.resolve('at last')
      await settle()
      expect(work.runs).toHaveLength(2)
    },
  )

  test('EFF-12 keeps its slot without a time-out, but is logged', async () => {
    const { time, work, definition, process, agent } = await working({ concurrency: 1 })
    await process.runtime.start(definition, { id: '2' })
    await agent.send({ type: 'leave' })
    await time.advance(61_000)
    expect(process.logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('slot') }])
    expect(work.runs).toHaveLength(1)
    work.runs[0]?.resolve('at last')
    await settle()
    expect(work.runs).toHaveLength(2)
  })

  test('EFF-12 one that ends in time is not logged, nor is one of a source without limits', async () => {
    const { time, work, process, agent } = await working({ concurrency: 1, timeoutMs: 5_000 })
    await agent.send({ type: 'leave' })
    work.last.resolve('in time')
    await time.advance(10_000)
    expect(process.logged).toEqual([])
    const free = await working({ timeoutMs: 5_000 })
    await free.agent.send({ type: 'leave' })
    await free.time.advance(10_000)
    expect(free.process.logged).toEqual([])
  })
})

describe('EFF-14 a reconcile that never answers', () => {
  test.each([
    ['its time-out', { timeoutMs: 5_000 }, 5_000],
    ['a minute', {}, 60_000],
  ])('EFF-14 does not know after %s: the effect is in doubt, and it is reported', async (_what, limit, afterMs) => {
    const signals: AbortSignal[] = []
    const reconcile = ({ signal }: { signal: AbortSignal }): Promise<never> => {
      signals.push(signal)
      return never()
    }
    const { time, definition, process, start } = await working({ safety: { reconcile }, ...limit })
    process.die()
    const next = await start()
    await outliveLease(time)
    const agent = await next.runtime.attach(definition, '1')
    const asked = signals.length
    await time.advance(afterMs)
    expect(asked).toBe(1)
    expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why: 'unknown' } }])
    expect(next.reports).toMatchObject([{ code: 'IN_DOUBT' }])
    expect(signals[0]?.aborted).toBe(true)
  })

  test('EFF-14 after a time-out, it has the same time once more', async () => {
    const { time, agent } = await working({ safety: { reconcile: never }, timeoutMs: 5_000 })
    await time.advance(9_000)
    expect(await agent.inDoubt()).toEqual([])
    await time.advance(1_000)
    expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why: 'unknown' } }])
  })

  test('EFF-14 leaves no timer behind when it does answer, or the chart leaves the effect', async () => {
    const { time, process, agent } = await working({ safety: { reconcile: never }, timeoutMs: 5_000 })
    await time.advance(5_000)
    await agent.send({ type: 'leave' })
    await time.advance(60_000)
    expect(process.logged).toEqual([])
    expect(agent.getSnapshot().value).toBe('parked')
  })
})

test('closing says at once what it waits for', async () => {
  const { process } = await working({ safety: 'never-retry' })
  const closed = process.runtime.close()
  expect(await outcomeOf(closed)).toBe('pending')
  expect(process.logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('work-1') }])
  await process.time.advance(30_000)
  await closed
})
