/** Effects of which no one knows whether they happened, by time-outs, pauses and takeovers. */
import { describe, expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

type Answer = { output: unknown } | { error: unknown } | 'not-done' | 'unknown'

async function working(policy: WorkOptions['policy'] & object) {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy })
  const process = await startProcess({ log, agents: [definition] })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, work, definition, process, time: process.time, agent, types: () => typesOf(log, 'work-1') }
}

function reconcilable(...answers: Answer[]) {
  const asked: { key: string; input: unknown }[] = []
  const reconcile = async ({ key, input }: { key: string; input: unknown }): Promise<Answer> => {
    asked.push({ key, input })
    return answers.shift() ?? 'unknown'
  }
  return { asked, safety: { reconcile } }
}

describe('a reconcilable attempt that runs out of time', () => {
  test('EFF-11 EFF-14 is asked after, and the rejection of its aborted body is no answer', async () => {
    const { asked, safety } = reconcilable({ output: 'it was paid' })
    const { work, time, agent, types } = await working({ safety, timeoutMs: 1_000 })
    obedient(work.last)
    await time.advance(1_000)
    expect(asked).toEqual([{ key: work.last.args.key, input: { job: 'first', list: ['a'] } }])
    expect(agent.getSnapshot().context).toMatchObject({ result: 'it was paid', error: null })
    expect(await types()).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
  })

  test('EFF-11 uses an attempt up when it was not done, so that a body that is always too slow comes to an end', async () => {
    const { safety } = reconcilable('not-done', 'not-done', 'not-done')
    const { work, time, agent } = await working({
      safety,
      timeoutMs: 1_000,
      retry: { attempts: 2, delayMs: 500, jitter: false },
    })
    obedient(work.last)
    await time.advance(1_000 + 500)
    expect(work.runs.map(({ args }) => args.attempt)).toEqual([1, 2])
    obedient(work.last)
    await time.advance(10_000)
    expect(work.runs).toHaveLength(2)
    expect(agent.getSnapshot().context.error).toMatchObject({ code: 'EFFECT_TIMEOUT' })
  })

  test('OWN-3 a success that its body tells after all is taken, though it is in doubt', async () => {
    const { safety } = reconcilable('unknown')
    const { work, time, agent } = await working({ safety, timeoutMs: 1_000 })
    await time.advance(1_000)
    expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why: 'unknown' } }])
    work.last.resolve('done after all')
    await settle()
    expect(agent.getSnapshot().context.result).toBe('done after all')
  })
})

test('EFF-371 a reconcile whose answer throws when it is looked at does not know', async () => {
  const answer = {
    get output(): never {
      throw new Error('not loaded')
    },
  }
  const safety = { reconcile: () => Promise.resolve(answer) }
  const { time, agent } = await working({ safety, timeoutMs: 1_000 })
  await time.advance(1_000)
  expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why: 'unknown' } }])
})

describe('a never-retry attempt that runs out of time', () => {
  test('EFF-15 is in doubt, and a success that its body tells after all is taken', async () => {
    const { work, time, agent, types } = await working({ safety: 'never-retry', timeoutMs: 1_000 })
    await time.advance(1_000)
    expect(agent.getSnapshot().condition).toBe('in-doubt')
    work.last.resolve('paid after all')
    await settle()
    expect(agent.getSnapshot().context.result).toBe('paid after all')
    expect(await types()).toEqual([
      'refold.started',
      'refold.effect.started',
      'refold.effect.doubted',
      'refold.effect.done',
    ])
  })

  test.each([
    ['has ended by its abort', true],
    ['hangs', false],
  ])('EFF-17 `again` begins a body when the old one %s', async (_how, ends) => {
    const { work, time, agent } = await working({ safety: 'never-retry', timeoutMs: 1_000 })
    const first = ends ? obedient(work.last) : work.last
    await time.advance(1_000)
    const [doubted] = await agent.inDoubt()
    await agent.resolve(doubted?.effect ?? '', { again: true, force: true })
    await settle()
    expect(work.runs.map(({ args }) => args.key)).toEqual([first.args.key, first.args.key])
    work.last.resolve('second')
    await settle()
    expect(agent.getSnapshot().context.result).toBe('second')
  })
})

describe('a pause', () => {
  test('EFF-14 a reconcilable body that a pause aborted is asked after when it is resumed', async () => {
    const { asked, safety } = reconcilable({ output: 'it was paid' })
    const { work, agent } = await working({ safety })
    obedient(work.last)
    await agent.pause({ by: 'ana', reason: 'lunch' })
    expect(work.last.args.signal.aborted).toBe(true)
    await agent.resume()
    await settle()
    expect(asked).toHaveLength(1)
    expect(work.runs).toHaveLength(1)
    expect(agent.getSnapshot().context.result).toBe('it was paid')
  })

  test('a never-retry body is not aborted by a pause and not begun again by the end of it', async () => {
    const { work, agent } = await working({ safety: 'never-retry' })
    await agent.pause()
    await agent.resume()
    await settle()
    expect(work.last.args.signal.aborted).toBe(false)
    expect(work.runs).toHaveLength(1)
    work.last.resolve('paid')
    await settle()
    expect(agent.getSnapshot().context.result).toBe('paid')
  })

  test('EFF-19 an idempotent body is aborted by a pause, uses no attempt up and begins again with the same key', async () => {
    const { work, agent } = await working({ retry: { attempts: 2 } })
    obedient(work.last)
    expect((await agent.pause()).condition).toBe('paused')
    await settle()
    expect(work.runs).toHaveLength(1)
    await agent.resume()
    await settle()
    expect(work.runs.map(({ args }) => [args.key, args.attempt])).toEqual([
      [work.last.args.key, 1],
      [work.last.args.key, 1],
    ])
  })
})

describe('after a deploy that changed the policy', () => {
  test.each([
    ['never-retry', 'left out', { safety: 'never-retry' }, undefined, 'interrupted'],
    ['never-retry', 'reconcilable', { safety: 'never-retry' }, { safety: reconcilable().safety }, 'interrupted'],
    ['reconcilable', 'left out', { safety: reconcilable().safety }, undefined, 'unknown'],
    ['reconcilable', 'never-retry', { safety: reconcilable().safety }, { safety: 'never-retry' }, 'interrupted'],
  ] as const)(
    'EFF-15 an attempt begun as %s is not run again when it is %s now',
    async (_was, _is, before, now, why) => {
      const { log, work, time, process } = await working(before)
      process.die()
      const changed = workAgent({ body: work.body, ...(now === undefined ? undefined : { policy: now }) })
      const next = await startProcess({ log, agents: [changed], time })
      await outliveLease(time)
      const agent = await next.runtime.attach(changed, '1')
      expect(await agent.inDoubt()).toMatchObject([{ inDoubt: { why } }])
      expect(work.runs).toHaveLength(1)
      expect(next.reports).toMatchObject([{ code: 'IN_DOUBT' }])
    },
  )

  test('EFF-20 an attempt begun as never-retry is not forgotten when the chart leaves it', async () => {
    const { log, work, time, process } = await working({ safety: 'never-retry' })
    process.die()
    const changed = workAgent({ body: work.body })
    const next = await startProcess({ log, agents: [changed], time })
    await outliveLease(time)
    const agent = await next.runtime.attach(changed, '1')
    await agent.send({ type: 'leave' })
    expect(await agent.inDoubt()).toMatchObject([{ abandoned: {} }])
  })
})

describe('after a takeover', () => {
  test('an effect that the claim puts in doubt is counted by the recovery and reported', async () => {
    const time = new ManualTime()
    const log = memoryLog()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
    const dead = await startProcess({ log, agents: [definition], time })
    await dead.runtime.start(definition, { id: '1' })
    await settle()
    dead.die()
    const next = await startProcess({ log, agents: [definition], time })
    await outliveLease(time)
    expect(next.reports).toMatchObject([{ code: 'IN_DOUBT', agent: { name: 'work', id: '1' } }])
    expect((await eventsOf(log, 'work-1')).map(({ type }) => type)).toEqual([
      'refold.started',
      'refold.effect.started',
      'refold.claimed',
    ])
    expect(work.runs).toHaveLength(1)
  })
})
