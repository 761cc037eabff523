/** Which answers count, and which come too late: an answer is judged on what is asked when it is recorded. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { hashOfJson } from '../json/canonical.js'
import { memoryLog } from '../store/memory-store.js'
import { asked, HOUR, paymentAgent } from './payment-agent.fixture.js'
import type { PaymentEvent } from './payment-agent.fixture.js'
import { outliveLease, startProcess } from './process.fixture.js'

describe('INT-10 an answer is stale', () => {
  const stale = (why: string) => ({ code: 'STALE_APPROVAL', facts: { why } })

  test('INT-10 when what is to be approved has changed, and the error says what', async () => {
    const { agent, approval } = await asked()
    await agent.send({ type: 'amend', cents: 900 })
    const refusal = agent.send({ type: 'approve' }, { by: 'ana', approval })
    await expect(refusal).rejects.toMatchObject({
      ...stale('payload'),
      facts: {
        payload: { to: 'Bo', cents: 900 },
        changed: [{ op: 'replace', path: '/cents', value: 900 }],
        asked: approval.payloadHash,
      },
    })
    await agent.send({ type: 'amend', cents: 100 })
    expect(await agent.send({ type: 'approve' }, { by: 'ana', approval })).toMatchObject({ value: 'paid' })
  })

  test('INT-10 when the change lands between the decision and the append, whatever the moment', async () => {
    const ends = new Set<string>()
    for (let turns = 0; turns < 60; turns++) {
      const { agent, approval, types } = await asked()
      const answered = agent.send({ type: 'approve' }, { by: 'ana', approval }).catch((error: unknown) => error)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await agent.send({ type: 'amend', cents: 900 }).catch(() => undefined)
      await answered
      ends.add((await types()).slice(1).join(' then '))
    }
    expect([...ends].toSorted()).toEqual(['amend', 'approve'])
  })

  test.each([
    ['left', [{ type: 'back' }]],
    ['asked again', [{ type: 'back' }, { type: 'propose', cents: 100 }]],
    ['asked again', [{ type: 'again' }]],
    ['asked again', [{ type: 'restart' }]],
    ['asked again', [{ type: 'bounce' }]],
  ] as [string, PaymentEvent[]][])('INT-10 (%s) when the asking state was left since: %j', async (why, events) => {
    const { agent, approval, types } = await asked()
    for (const event of events) await agent.send(event)
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject(stale(why))
    expect(await types()).toEqual(['refold.started', ...events.map(({ type }) => type)])
  })

  test('INT-10 when a question was put, answered and put again, with the same content', async () => {
    const { agent, approval } = await asked()
    await agent.send({ type: 'approve' }, { by: 'ana', approval })
    await agent.send({ type: 'back' })
    await agent.send({ type: 'propose', cents: 100 })
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject(stale('answered'))
    const next = await agent.approval('approve')
    expect(next.payloadHash).toBe(approval.payloadHash)
    expect(await agent.send({ type: 'approve' }, { by: 'ana', approval: next })).toMatchObject({ value: 'paid' })
  })

  test('INT-10 when it was given before, and the event stays in the state that asks', async () => {
    const { agent, open, definition } = await asked()
    const approval = await agent.approval('sign')
    const other = await (await open()).runtime.attach(definition, '1')
    const answers = [agent, agent, other].map((each) => each.send({ type: 'sign' }, { by: 'ana', approval }))
    const ends = await Promise.allSettled(answers)
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject(stale('answered'))
    const next = await agent.approval('sign')
    expect(await agent.send({ type: 'sign' }, { by: 'bo', approval: next })).toMatchObject({ context: { notes: 2 } })
  })

  test('INT-10 when the history does not reach so far: a backup was put back', async () => {
    const { agent, approval } = await asked()
    const later = { ...approval, revision: 7 }
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval: later })).rejects.toMatchObject(
      stale('history'),
    )
  })

  test('INT-10 when the agent was moved to another version since', async () => {
    const { process, time, log, approval } = await asked()
    await process.runtime.close()
    const second = paymentAgent(2)
    const next = await startProcess({ log, time, agents: [second] })
    const agent = await next.runtime.migrate(second, '1', { by: 'ana', reason: 'version 2' })
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject(stale('asked again'))
  })
})

describe('INT-11 an answer is not stale', () => {
  test('INT-11 because of what happens beside it: notes, a reminder within the state, a pause, a takeover, a restart', async () => {
    const { agent, approval, process, time, open, definition, types } = await asked()
    await agent.send({ type: 'note' })
    await agent.pause({ by: 'bo' })
    await agent.resume({ by: 'bo' })
    process.die()
    const next = await open()
    await outliveLease(time)
    await time.advance(2 * HOUR)
    const again = await next.runtime.attach(definition, '1')
    expect(again.getSnapshot()).toMatchObject({ value: { proposed: 'reminded' }, context: { reminders: 1, notes: 1 } })
    expect(await types()).toContain('refold.claimed')
    expect(await again.send({ type: 'approve' }, { by: 'ana', approval })).toMatchObject({ value: 'paid' })
  })

  test('INT-11 while others append all the time: it is judged again on each newer state', async () => {
    const { agent, approval, open, definition } = await asked()
    const other = await (await open()).runtime.attach(definition, '1')
    const notes = Array.from({ length: 30 }, () => other.send({ type: 'note' }))
    const end = await agent.send({ type: 'approve' }, { by: 'ana', approval })
    await Promise.all(notes)
    expect(end.matches('paid')).toBe(true)
  })
})

describe('INT-12 a blocked agent', () => {
  test('INT-12 takes no answer into its line, where it would be decided on what no one has approved', async () => {
    const broken = { chart: true }
    const definition = defineAgent({
      name: 'breaks',
      version: 1,
      machine: setup({
        types: { context: {} as { n: number }, events: {} as { type: 'approve' } | { type: 'x' } },
      }).createMachine({
        context: { n: 0 },
        after: {
          1000: {
            actions: assign(() => {
              if (broken.chart) throw new Error('broken')
              return { n: 1 }
            }),
          },
        },
        on: { approve: { actions: assign({ n: 2 }) } },
      }),
      approvals: { approve: ({ context }) => context.n },
    })
    const process = await startProcess({ log: memoryLog(), agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    const approval = await agent.approval('approve')
    await process.time.advance(1000)
    expect(agent.getSnapshot().condition).toBe('blocked')
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject({ code: 'BLOCKED' })
    broken.chart = false
    await agent.retry()
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject({
      code: 'STALE_APPROVAL',
      facts: { why: 'payload', now: hashOfJson(1) },
    })
  })
})
