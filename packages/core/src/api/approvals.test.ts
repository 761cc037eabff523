/** Approval as a state: what a person is asked, and what is recorded of the answer. */
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { hashOfJson } from '../json/canonical.js'
import { memoryLog } from '../store/memory-store.js'
import { settle } from './manual-time.fixture.js'
import { asked, paymentMachine } from './payment-agent.fixture.js'
import { eventsOf, startProcess } from './process.fixture.js'

describe('INT-8 a question', () => {
  test('INT-8 names the agent, the event, the revision, what is to be approved and its hash, as plain JSON', async () => {
    const { approval } = await asked()
    const payload = { to: 'Bo', cents: 100 }
    expect(approval).toEqual({
      agent: { name: 'payment', id: '1' },
      event: 'approve',
      revision: 0,
      payload,
      payloadHash: hashOfJson(payload),
    })
    expect(JSON.parse(JSON.stringify(approval))).toEqual(approval)
  })

  test('INT-8 is told by the legal events, and refused when the state does not ask it', async () => {
    const { agent } = await asked()
    expect(await agent.legalEvents()).toContainEqual({ type: 'approve', needsApproval: true })
    await agent.send({ type: 'back' })
    await expect(agent.approval('approve')).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
    await expect(agent.approval('note' as 'approve')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('INT-9 an answer', () => {
  test('INT-9 is recorded with who decided, on which revision and payload hash', async () => {
    const { log, agent, approval } = await asked()
    const seen: unknown[] = []
    agent.events$.subscribe(({ by, reason, approved }) => seen.push({ by, reason, approved }))
    const sent = JSON.parse(JSON.stringify(approval)) as typeof approval
    expect(await agent.send({ type: 'approve' }, { by: 'ana', reason: 'as agreed', approval: sent })).toMatchObject({
      value: 'paid',
    })
    const [, record] = await eventsOf(log, 'payment-1')
    const approved = { revision: 0, payloadHash: approval.payloadHash }
    expect(record).toMatchObject({ type: 'approve', data: {}, metadata: { refold: { by: 'ana', approved } } })
    await settle()
    expect(seen).toEqual([{ by: 'ana', reason: 'as agreed', approved }])
  })

  test('INT-9 is required: the event alone is refused to every sender', async () => {
    const { agent, types } = await asked()
    await expect(agent.send({ type: 'approve' }, { by: 'ana' })).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' })
    expect(await types()).toEqual(['refold.started'])
  })

  test('INT-9 must say who answers, and be for this agent and this event', async () => {
    const { agent, approval, types } = await asked()
    const wrong = [
      { approval },
      { approval, by: '' },
      { by: 'ana', approval: { ...approval, agent: { name: 'payment', id: '2' } } },
      { by: 'ana', approval: { ...approval, event: 'amend' } },
      { by: 'ana', approval: { ...approval, revision: -1 } },
      { by: 'ana', approval: { ...approval, extra: 1 } },
      { by: 'ana', approval: 'yes' as never },
    ]
    for (const options of wrong)
      await expect(agent.send({ type: 'approve' }, options)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(agent.send({ type: 'note' }, { by: 'ana', approval })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await types()).toEqual(['refold.started'])
  })

  test('INT-9 is taken once: the same click again is known by its id, and without one it is stale', async () => {
    const { agent, approval, types } = await asked()
    const options = { by: 'ana', approval, id: 'click-1' }
    await Promise.all([agent.send({ type: 'approve' }, options), agent.send({ type: 'approve' }, options)])
    await agent.send({ type: 'approve' }, options)
    await expect(agent.send({ type: 'approve' }, { by: 'ana', approval })).rejects.toMatchObject({
      code: 'STALE_APPROVAL',
      facts: { why: 'left' },
    })
    expect(await types()).toEqual(['refold.started', 'approve'])
  })

  test('INT-9 of two people at once, one is taken', async () => {
    const { agent, approval, open, definition, types } = await asked()
    const other = await (await open()).runtime.attach(definition, '1')
    const answers = [agent, other].map((each, index) =>
      each.send({ type: 'approve' }, { by: `person ${index}`, approval }),
    )
    const ends = await Promise.allSettled(answers)
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await types()).toEqual(['refold.started', 'approve'])
  })
})

describe('approvals of a definition', () => {
  test.each<[unknown, string]>([
    [{ aprove: () => 1 }, 'approvals.aprove'],
    [{ approve: 'draft' }, 'approvals.approve'],
    [{ 'xstate.init': () => 1 }, 'approvals.xstate.init'],
    [5, 'approvals'],
  ])('%j is refused, with the place', (approvals, path) => {
    const define = () =>
      defineAgent({ name: 'payment', version: 1, machine: paymentMachine(), approvals: approvals as never })
    expect(define).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path } }))
  })

  test('what throws, or gives no JSON, is told to the one who asks', async () => {
    const bad = { payload: (): unknown => new Date(0) }
    const definition = defineAgent({
      name: 'payment',
      version: 1,
      machine: paymentMachine(),
      approvals: { approve: () => bad.payload() },
    })
    const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    await expect(agent.approval('approve')).rejects.toMatchObject({ code: 'NOT_SERIALIZABLE' })
    bad.payload = () => {
      throw new TypeError('no such field')
    }
    await expect(agent.approval('approve')).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
  })

  test.each<[string, unknown, object]>([
    ['a member', { text: undefined }, { code: 'NOT_SERIALIZABLE', facts: { path: '/approval/text' } }],
    ['an item below', { all: [1, undefined] }, { code: 'NOT_SERIALIZABLE', facts: { path: '/approval/all/1' } }],
    ['all of it', undefined, { code: 'EVENT_NOT_ACCEPTED', hint: expect.stringContaining('null') }],
  ])('INT-31 no yes is asked for where %s is undefined', async (_what, payload, refusal) => {
    const shown = { payload: 'a draft' as unknown }
    const definition = defineAgent({
      name: 'payment',
      version: 1,
      machine: paymentMachine(),
      approvals: { approve: () => shown.payload },
    })
    const { runtime } = await startProcess({ log: memoryLog(), agents: [definition] })
    const agent = await runtime.start(definition, { id: '1' })
    const question = await agent.approval('approve')
    shown.payload = payload
    await expect(agent.approval('approve')).rejects.toMatchObject(refusal)
    const answer = agent.send({ type: 'approve' }, { by: 'ana', approval: question })
    await expect(answer).rejects.toMatchObject({ code: payload === undefined ? 'STALE_APPROVAL' : 'NOT_SERIALIZABLE' })
  })
})
