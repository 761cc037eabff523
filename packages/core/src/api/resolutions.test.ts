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
  return { log, work, time: process.time, agent, resolve, types: () => typesOf(log, 'work-1') }
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

describe('EFF-52 a decision about a doubt that was settled meanwhile', () => {
  /** Someone has said `again`, and that attempt is in doubt too. */
  async function doubtedAgain() {
    const found = await doubted()
    const [first] = await found.agent.inDoubt()
    await found.agent.resolve(first as never, { again: true, force: true })
    await settle()
    await found.time.advance(1_000)
    const [second] = await found.agent.inDoubt()
    const stands = await found.types()
    const refused = async (decided: Promise<unknown>): Promise<void> => {
      await expect(decided).rejects.toMatchObject({
        code: 'NOT_IN_DOUBT',
        message: expect.stringContaining('in doubt again, since revision 5'),
        facts: { shown: 2, since: 5 },
      })
      await settle()
      expect(await found.types()).toEqual(stands)
      expect(found.work.runs).toHaveLength(2)
    }
    if (first === undefined || second === undefined) throw new Error('nothing is in doubt')
    return { ...found, first, second, refused }
  }

  test.each([[{ again: true, force: true }], [{ complete: 7 }], [{ fail: 'no' }]])(
    'EFF-52 %j of the effect as it was shown settles no later doubt of it',
    async (decision) => {
      const { agent, first, second, resolve, refused } = await doubtedAgain()
      expect([first, second]).toMatchObject([{ inDoubt: { revision: 2 } }, { inDoubt: { revision: 5 } }])
      await refused(agent.resolve(first, decision as { again: true }))
      await refused(resolve({ ...decision, revision: 2 }))
      await refused(resolve({ ...decision, revision: 2n }))
      await agent.resolve(second, decision as { again: true })
      expect(await agent.inDoubt()).toEqual([])
    },
  )

  test('EFF-52 the revision of any state that shows the doubt names it, one that is not there none', async () => {
    const { agent, resolve, types } = await doubted()
    await agent.send({ type: 'note', text: 'a' })
    const before = await types()
    await expect(resolve({ complete: 7, revision: 99 })).rejects.toMatchObject({
      code: 'NOT_IN_DOUBT',
      message: expect.stringContaining('the agent is at revision 3'),
    })
    for (const revision of [-1, 1.5, '2', null])
      await expect(resolve({ complete: 7, revision })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        facts: { path: 'resolution.revision' },
      })
    expect(await types()).toEqual(before)
    await resolve({ complete: 7, revision: agent.getSnapshot().revision })
    expect(agent.getSnapshot().context.result).toBe(7)
  })

  test('EFF-52 nor what was left while it ran again, but the same doubt, left since', async () => {
    const { agent, first, second, types } = await doubtedAgain()
    await agent.resolve(second, { again: true, force: true })
    await settle()
    await agent.send({ type: 'leave' })
    const before = await types()
    await expect(agent.resolve(first, { acknowledge: true })).rejects.toMatchObject({ code: 'NOT_IN_DOUBT' })
    expect(await types()).toEqual(before)

    const left = await doubted()
    const [shown] = await left.agent.inDoubt()
    await left.agent.send({ type: 'leave' })
    await left.agent.resolve(shown?.effect ?? '', { complete: 7, revision: shown?.inDoubt?.revision ?? -1 })
    expect(await left.agent.inDoubt()).toEqual([])
  })

  test.each([[undefined], [null], [7], [{}], [{ effect: 7 }]])('EFF-17 %j names no effect', async (effect) => {
    const { agent } = await doubted()
    await expect(agent.resolve(effect as never, { again: true })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
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
