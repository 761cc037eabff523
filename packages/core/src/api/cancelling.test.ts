/** Cancelling: at once, or as an event that the chart may handle until a deadline that nothing holds up. */
import { setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

import { ASKED, began, MINUTE } from './cancelling.fixture.js'
describe('INT-3 a cancellation with a deadline', () => {
  test('INT-3 is an event that the chart handles: it undoes its work and ends by itself', async () => {
    const { log, agent, jobs, time } = await began()
    const state = await agent.cancel(ASKED)
    expect(state).toMatchObject({ value: 'undoing', status: 'active', context: { why: 'sold out (ana)' } })
    expect(state.cancelling).toMatchObject({ by: 'ana', reason: 'sold out', deadlineAt: 1_700_000_000_000 + MINUTE })
    await settle()
    jobs.at(-1)?.end('undone')
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ status: 'done', cancelling: undefined })
    await time.advance(2 * MINUTE)
    expect(await typesOf(log, 'order-1')).toEqual(['refold.started', 'refold.cancel', 'refold.effect.done'])
    const [, asked] = await eventsOf(log, 'order-1')
    expect(asked).toMatchObject({
      data: { by: 'ana', reason: 'sold out', deadlineAt: 1_700_000_000_000 + MINUTE },
      metadata: { refold: { by: 'ana', reason: 'sold out', nextDueAt: 1_700_000_000_000 + MINUTE } },
    })
  })

  test('INT-3 stops the agent when the deadline has passed, in the name of the one who asked', async () => {
    const { log, agent, time, jobs } = await began()
    await agent.cancel(ASKED)
    await time.advance(MINUTE - 1)
    expect(agent.getSnapshot().status).toBe('active')
    await time.advance(1)
    expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', effects: [] })
    expect(jobs.map(({ job }) => job)).toEqual(['do', 'undo'])
    const last = (await eventsOf(log, 'order-1')).at(-1)
    expect(last).toMatchObject({ type: 'refold.cancelled', data: { lateMs: 0 } })
    expect(last?.metadata).toMatchObject({
      refold: { by: 'ana', reason: 'sold out', status: 'stopped', nextDueAt: null },
    })
  })

  test('INT-4 a chart that does not take it now is stopped at once', async () => {
    const { agent, types } = await began()
    await agent.send({ type: 'close' })
    expect(await agent.cancel(ASKED)).toMatchObject({ status: 'stopped' })
    expect(await types()).toEqual(['refold.started', 'close', 'refold.cancelled'])
  })

  test('INT-4 a chart that throws at it refuses it to the caller, who may stop the agent at once', async () => {
    const { agent, types } = await began({ throws: true })
    await expect(agent.cancel(ASKED)).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
    expect(await types()).toEqual(['refold.started'])
    expect(await agent.cancel()).toMatchObject({ status: 'stopped' })
  })

  test('INT-5 the deadline runs while the agent is paused', async () => {
    const { agent, time, jobs } = await began()
    await agent.pause({ by: 'bo' })
    expect(await agent.cancel(ASKED)).toMatchObject({ value: 'undoing', condition: 'paused' })
    await time.advance(MINUTE)
    expect(agent.getSnapshot().status).toBe('stopped')
    expect(jobs.map(({ job }) => job)).toEqual(['do'])
  })

  test('INT-5 the deadline runs while the agent is blocked, and the event waits in line', async () => {
    const { agent, time, jobs } = await began()
    jobs[0]?.end('bad')
    await settle()
    expect(agent.getSnapshot().condition).toBe('blocked')
    expect(await agent.cancel(ASKED)).toMatchObject({ value: 'open', condition: 'blocked' })
    await time.advance(MINUTE)
    expect(agent.getSnapshot().status).toBe('stopped')
  })

  test('INT-5 the deadline is kept by a process that starts after it, whatever worker owned the agent', async () => {
    const { agent, time, process, open, definition, log } = await began()
    await agent.cancel(ASKED)
    process.die()
    await time.leap(10 * MINUTE)
    const next = await open()
    await outliveLease(time)
    expect((await next.runtime.attach(definition, '1')).getSnapshot().status).toBe('stopped')
    expect((await eventsOf(log, 'order-1')).at(-1)?.data).toEqual({ lateMs: 9 * MINUTE })
  })

  test('INT-5 the deadline is carried out beside a living owner that is stopped', async () => {
    const { agent, time, process, open, definition } = await began()
    const other = await open()
    await agent.cancel(ASKED)
    await time.advance(MINUTE - 1)
    process.die()
    await time.advance(1)
    expect((await other.runtime.attach(definition, '1')).getSnapshot().status).toBe('stopped')
  })

  test('INT-6 a second cancellation draws the deadline nearer and never puts it off', async () => {
    const { agent, time, types } = await began()
    await agent.cancel(ASKED)
    await expect(agent.cancel({ ...ASKED, deadlineMs: 2 * MINUTE })).rejects.toMatchObject({
      code: 'ALREADY_SO',
      facts: { by: 'ana' },
    })
    await agent.cancel({ by: 'bo', deadlineMs: 1_000 })
    expect(agent.getSnapshot()).toMatchObject({ value: 'undoing', cancelling: { by: 'bo' } })
    await time.advance(1_000)
    expect(agent.getSnapshot().status).toBe('stopped')
    expect(await types()).toEqual(['refold.started', 'refold.cancel', 'refold.cancel', 'refold.cancelled'])
  })

  test('INT-6 a second cancellation without a deadline stops the agent at once', async () => {
    const { agent } = await began()
    await agent.cancel(ASKED)
    expect(await agent.cancel({ by: 'bo' })).toMatchObject({ status: 'stopped' })
    await expect(agent.cancel()).rejects.toMatchObject({ code: 'NOT_ACTIVE' })
  })

  test('no one can send it', async () => {
    const { agent } = await began()
    const forged = { type: 'refold.cancel', deadlineAt: 0 } as unknown as { type: 'close' }
    await expect(agent.send(forged)).rejects.toMatchObject({ code: 'INVALID_EVENT' })
    expect((await agent.legalEvents()).map(({ type }) => type)).toEqual(['close', 'note'])
  })

  test.each([{ deadlineMs: -1 }, { deadlineMs: Number.NaN }, { deadlineMs: '5' }, { deadline: 5 }, null])(
    'INT-3 %j is no deadline, and stops nothing',
    async (options) => {
      const { agent } = await began()
      await expect(agent.cancel(options as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
      expect(agent.getSnapshot().status).toBe('active')
    },
  )
})

describe('INT-7 a payment in flight', () => {
  async function stoppedWhilePaying() {
    const log = memoryLog()
    const time = new ManualTime()
    const work = controlledBody()
    const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
    const process = await startProcess({ log, time, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    await agent.cancel({ by: 'ana' })
    expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', effects: [{ abandoned: {} }] })
    return { log, time, work, definition, process, agent }
  }

  test('INT-7 is kept when the agent is stopped, until the outcome that its body tells is recorded', async () => {
    const { log, time, work, agent } = await stoppedWhilePaying()
    await time.advance(10 * MINUTE)
    expect(agent.getSnapshot().effects).toHaveLength(1)
    work.last.resolve('paid')
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', effects: [] })
    expect((await eventsOf(log, 'work-1')).at(-1)).toMatchObject({
      type: 'refold.effect.done',
      data: { output: 'paid' },
    })
  })

  test.each([
    { name: 'its success is recorded', word: { complete: 'it has it' }, type: 'refold.effect.done' },
    { name: 'its failure is recorded', word: { fail: 'it has not' }, type: 'refold.effect.failed' },
    { name: 'it is acknowledged', word: { acknowledge: true as const }, type: 'refold.effect.resolved' },
  ])(
    'INT-7 is kept when the agent is stopped and its process has died, and runs no second time, until $name',
    async ({ word, type }) => {
      const { log, time, work, definition, process } = await stoppedWhilePaying()
      process.die()
      const next = await startProcess({ log, time, agents: [definition] })
      await outliveLease(time)
      const agent = await next.runtime.attach(definition, '1')
      const [payment, ...others] = await agent.inDoubt()
      expect(others).toEqual([])
      expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', effects: [{ abandoned: {} }] })
      await agent.resolve(String(payment?.effect), { ...word, by: 'ana' })
      expect(agent.getSnapshot()).toMatchObject({ status: 'stopped', effects: [] })
      expect(await agent.inDoubt()).toEqual([])
      expect((await typesOf(log, 'work-1')).at(-1)).toBe(type)
      expect(work.runs).toHaveLength(1)
    },
  )
})

describe('INT-2 a paused agent', () => {
  test('INT-2 begins no effect and decides every event and outcome', async () => {
    const { agent, jobs } = await began()
    await agent.pause()
    jobs[0]?.end('good') // aborted, it succeeded all the same: that is truth
    await settle()
    await agent.send({ type: 'note' })
    expect(agent.getSnapshot()).toMatchObject({ condition: 'paused', context: { took: ['outcome', 'note'] } })
    expect(jobs).toHaveLength(1)
    await agent.resume()
    await settle()
    expect(jobs).toHaveLength(2)
  })

  test('INT-2 fires no timer, neither here nor where it is taken over: what was due fires when it is resumed', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const machine = setup({}).createMachine({
      initial: 'heating',
      states: { heating: { after: { [MINUTE]: 'boiling' } }, boiling: {} },
    })
    const kettle = defineAgent({ name: 'kettle', version: 1, machine })
    const process = await startProcess({ log, time, agents: [kettle] })
    const agent = await process.runtime.start(kettle, { id: '1' })
    await agent.pause()
    await time.advance(2 * MINUTE)
    expect(agent.getSnapshot()).toMatchObject({ value: 'heating', condition: 'paused' })
    process.die()
    const next = await startProcess({ log, time, agents: [kettle] })
    await outliveLease(time)
    expect(await typesOf(log, 'kettle-1')).toEqual(['refold.started', 'refold.paused'])
    const there = await next.runtime.attach(kettle, '1')
    await there.resume()
    await outliveLease(time)
    expect(there.getSnapshot().value).toBe('boiling')
  })
})

describe('INT-1 every command is a record', () => {
  test('INT-1 with its author and its reason, as readers of the events see it', async () => {
    const { agent, jobs } = await began()
    const seen: unknown[] = []
    agent.events$.subscribe(({ type, by, reason }) => seen.push([type, by, reason]))
    await agent.pause({ by: 'ana', reason: 'lunch' })
    expect(agent.getSnapshot().paused).toMatchObject({ by: 'ana', reason: 'lunch' })
    await agent.resume({ by: 'bo', reason: 'back' })
    jobs.at(-1)?.end('bad')
    await settle()
    await agent.retry({ by: 'cy', reason: 'deployed' }).catch(() => undefined)
    await agent.cancel({ by: 'di', reason: 'enough', deadlineMs: 5 })
    await agent.cancel({ by: 'ed', reason: 'now' })
    await settle()
    expect(seen).toEqual([
      ['refold.paused', 'ana', 'lunch'],
      ['refold.resumed', 'bo', 'back'],
      ['refold.effect.done', undefined, undefined],
      ['refold.cancel', 'di', 'enough'],
      ['refold.cancelled', 'ed', 'now'],
    ])
  })
})
