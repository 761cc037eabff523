/** What someone decides about an effect: exactly one thing, or nothing is recorded. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function doubted() {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy: { safety: 'never-retry', timeoutMs: 1_000 } })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await process.time.advance(1_000)
  const [effect] = await agent.inDoubt()
  const resolve = (resolution: unknown) => agent.resolve(effect?.effect ?? '', resolution as { again: true })
  return { log, work, agent, resolve, types: () => typesOf(log, 'work-1') }
}

describe('EFF-17 a decision', () => {
  test.each([
    [{ again: false, force: true }],
    [{ again: 1, force: true }],
    [{ again: true, complete: 7, force: true }],
    [{ complete: 1, fail: 'no' }],
    [{ acknowledge: false }],
    [{ fail: undefined }],
    [{ complete: undefined }],
    [{ again: true, force: 'yes' }],
    [{}],
    [{ force: true }],
    [null],
    ['again'],
    [undefined],
  ])('EFF-17 %j says not one thing: it is refused, nothing is recorded and no body begins', async (decision) => {
    const { work, resolve, types } = await doubted()
    const before = await types()
    await expect(resolve(decision)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await settle()
    expect(await types()).toEqual(before)
    expect(work.runs).toHaveLength(1)
  })

  test('EFF-17 a mistyped member is refused with the one that was meant', async () => {
    const { resolve } = await doubted()
    await expect(resolve({ complet: 7 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: "Did you mean 'complete'?",
    })
  })

  test('EFF-17 members that are there but undefined say nothing', async () => {
    const { work, agent, resolve } = await doubted()
    await resolve({ again: undefined, fail: undefined, complete: 7, force: true })
    expect(agent.getSnapshot().context.result).toBe(7)
    expect(work.runs).toHaveLength(1)
  })

  test('EFF-17 who decided it, and why, stands in the record', async () => {
    const { log, resolve } = await doubted()
    await resolve({ complete: 7, by: 'ana', reason: 'the bank has it' })
    const last = (await eventsOf(log, 'work-1')).at(-1)
    expect(last?.metadata).toMatchObject({ refold: { by: 'ana', reason: 'the bank has it' } })
  })

  test('EFF-17 an output of null completes', async () => {
    const { agent, resolve } = await doubted()
    expect((await resolve({ complete: null })).value).toBe('worked')
    expect(agent.getSnapshot().context.result).toBeNull()
  })
})

describe('EFF-20 a decision about an abandoned effect', () => {
  async function abandoned() {
    const found = await doubted()
    await found.agent.send({ type: 'leave' })
    return found
  }

  test.each([
    [{ complete: { receipt: 'r-1' } }, 'refold.effect.done', { output: { receipt: 'r-1' } }],
    [{ fail: new Error('declined') }, 'refold.effect.failed', { error: { message: 'declined' } }],
    [{ acknowledge: true }, 'refold.effect.resolved', { resolution: 'acknowledge' }],
  ])('EFF-20 %j is recorded as what it is, and moves no chart', async (decision, type, data) => {
    const { log, agent, resolve } = await abandoned()
    expect((await resolve(decision)).value).toBe('parked')
    expect((await eventsOf(log, 'work-1')).at(-1)).toMatchObject({ type, data })
    expect(await agent.inDoubt()).toEqual([])
  })

  test('EFF-20 nothing performs it again', async () => {
    const { work, agent, resolve, types } = await abandoned()
    const before = await types()
    await expect(resolve({ again: true, force: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await types()).toEqual(before)
    expect(work.runs).toHaveLength(1)
    expect(await agent.inDoubt()).toHaveLength(1)
  })
})
