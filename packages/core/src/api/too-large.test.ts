/** What is too large for the store: nothing that was paid for is lost or paid for again. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const MAX_BYTES = 8_000

async function working(options: Partial<WorkOptions> = {}) {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({
    body: work.body,
    policy: { retry: { attempts: 3, delayMs: 10, jitter: false } },
    ...options,
  })
  const process = await startProcess({ log, agents: [definition], maxAppendBytes: MAX_BYTES })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, work, process, agent, types: () => typesOf(log, 'work-1') }
}

describe('an outcome', () => {
  test.each([
    ['', 'x'.repeat(2 * MAX_BYTES)],
    [' of characters with many bytes', '漢'.repeat(MAX_BYTES / 2 - 500)],
  ])('EFF-8 too large by itself%s is recorded as failed, and not tried again', async (_what, output) => {
    const { work, process, agent, types } = await working()
    work.last.resolve(output)
    await process.time.advance(60_000)
    expect(work.runs).toHaveLength(1)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'OUTCOME_UNSTORABLE' })
    expect(await types()).toEqual(['refold.started', 'refold.effect.failed'])
  })

  test('nearly as large as the store takes is stored once, not once as data and once as state', async () => {
    const { work, process, agent, types } = await working()
    work.last.resolve('x'.repeat(6_000))
    await process.time.advance(1_000)
    expect(agent.getSnapshot()).toMatchObject({ condition: 'running', context: { result: 'x'.repeat(6_000) } })
    expect(await types()).toEqual(['refold.started', 'refold.effect.done'])
  })

  test('EFF-10 an error too large for the store is cut, not lost', async () => {
    const { work, process, agent, types } = await working({ policy: { retry: { attempts: 1 } } })
    work.last.reject(new Error('x'.repeat(2 * MAX_BYTES)))
    await process.time.advance(60_000)
    expect(work.runs).toHaveLength(1)
    expect(agent.getSnapshot().context.error).toEqual({ name: 'Error', message: `${'x'.repeat(500)}…` })
    expect(await types()).toEqual(['refold.started', 'refold.effect.failed'])
  })

  test('EFF-9 so is that of an attempt that is repeated', async () => {
    const { work, process, agent } = await working()
    work.last.reject(new Error('x'.repeat(2 * MAX_BYTES)))
    await process.time.advance(10)
    expect(work.runs).toHaveLength(2)
    expect(agent.getSnapshot().effects[0]?.lastError?.message).toBe(`${'x'.repeat(500)}…`)
  })
})

describe('a step', () => {
  test('EFF-8 whose result is too large fails the effect for good and never returns', async () => {
    const { work, process, agent } = await working()
    let went = false
    const { step } = work.last.args
    void step('first', () => 'x'.repeat(2 * MAX_BYTES)).then(() => (went = true))
    await process.time.advance(60_000)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'OUTCOME_UNSTORABLE' })
    expect(went).toBe(false)
    expect(work.runs).toHaveLength(1)
    expect(work.last.args.signal.aborted).toBe(true)
  })

  test('EFF-8 whose result is not JSON fails the effect for good: it is not paid for again', async () => {
    const { work, process, agent } = await working()
    work.last.args.step('first', () => new Map() as unknown).catch(work.last.reject)
    await process.time.advance(60_000)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'OUTCOME_UNSTORABLE' })
    expect(work.runs).toHaveLength(1)
  })
})

test('RCV-5 an outcome whose transition makes more than it brings blocks the agent with the outcome stored', async () => {
  const { work, process, agent, types } = await working({ grow: 2 * MAX_BYTES })
  work.last.resolve('small')
  await process.time.advance(1_000)
  expect(agent.getSnapshot()).toMatchObject({ condition: 'blocked', blocked: { error: { code: 'TOO_LARGE' } } })
  expect(await types()).toEqual(['refold.started', 'refold.effect.done'])
  expect(work.runs).toHaveLength(1)
  await expect(agent.retry()).rejects.toMatchObject({ code: 'TOO_LARGE' })
})
