import { setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { child, definition, event, peer, refusal } from './correspondents.fixture.js'
import { Decider } from './decider.fixture.js'

describe('sending', () => {
  test('MSG-1 a message is part of the record of its transition, and no action that is to run', () => {
    const decider = Decider.started(definition)
    const sent = decider.outside(event('greet', { id: '1', text: 'good day' }))
    expect(sent).toMatchObject({ kind: 'recorded', actions: [] })
    expect(decider.state?.outbox).toEqual({
      last: 1,
      to: { 'peer-1': [{ seq: 1, sentBy: 'event-1', event: { type: 'hello', text: 'good day' } }] },
    })
    expect(decider.records.at(-1)?.metadata.refold).toMatchObject({ pending: 1 })
  })

  test('MSG-3 numbers grow over all receivers, and a message leaves its line when it is settled', () => {
    const decider = Decider.started(definition)
    for (const id of ['1', '2', '1']) decider.outside(event('greet', { id, text: id }))
    const lines = (): unknown =>
      Object.entries(decider.state?.outbox?.to ?? {}).map(([to, line]) => [to, line.map(({ seq }) => seq)])
    expect(lines()).toEqual([
      ['peer-1', [1, 3]],
      ['peer-2', [2]],
    ])
    expect(decider.own({ kind: 'message.settled', to: 'peer-1', seq: 3 }), 'not before 1').toMatchObject({
      kind: 'dropped',
    })
    decider.own({ kind: 'message.settled', to: 'peer-1', seq: 1 })
    decider.own({ kind: 'message.settled', to: 'peer-2', seq: 2 })
    expect(lines()).toEqual([['peer-1', [3]]])
    expect(decider.own({ kind: 'message.settled', to: 'peer-1', seq: 3 })).toMatchObject({ kind: 'recorded' })
    expect(decider.state?.outbox).toEqual({ last: 3, to: {} })
    expect(decider.records.at(-1)?.metadata.refold).toMatchObject({ pending: 0 })
  })

  test.each([
    { name: 'no id of an agent', payload: { id: 'a b', text: '' }, code: 'INVALID_ID' },
    { name: 'no text as id', payload: { id: 3, text: '' }, code: 'INVALID_ID' },
  ])('MSG-4 $name is refused, and nothing is recorded', ({ payload, code }) => {
    const decider = Decider.started(definition)
    expect(refusal(decider.outside(event('greet', payload)))).toBe(code)
    expect(decider.records).toHaveLength(1)
  })

  test.each([
    { name: 'an event that is not JSON', made: { type: 'hello', text: 3n }, code: 'NOT_SERIALIZABLE' },
    { name: 'what is no event', made: 'hello', code: 'INVALID_EVENT' },
    { name: 'an event of XState’s own', made: { type: 'xstate.init' }, code: 'INVALID_EVENT' },
    { name: 'a forged answer', made: { type: 'refold.undelivered' }, code: 'INVALID_EVENT' },
  ])('MSG-4 $name is refused, and nothing is recorded', ({ made, code }) => {
    const send = sendToAgent({ agent: peer, id: '1' }, () => made as { type: 'hello'; text: string })
    const wrong = setup({}).createMachine({ on: { go: { actions: send } } })
    const decider = Decider.started(defineAgent({ name: 'wrong', version: 1, machine: wrong }))
    expect(refusal(decider.outside(event('go')))).toBe(code)
    expect(decider.records).toHaveLength(1)
  })

  test('MSG-4 a function that throws fails the transition', () => {
    const send = sendToAgent({ agent: peer, id: '1' }, () => {
      throw new Error('no idea')
    })
    const throwing = setup({}).createMachine({ on: { go: { actions: send } } })
    const decider = Decider.started(defineAgent({ name: 'throwing', version: 1, machine: throwing }))
    expect(refusal(decider.outside(event('go')))).toBe('EVENT_REFUSED')
  })

  test('MSG-4 the user’s event is copied, not frozen', () => {
    const given = { type: 'hello' as const, text: 'x' }
    const going = setup({}).createMachine({ entry: sendToAgent({ agent: peer, id: '1' }, given) })
    const decider = Decider.started(defineAgent({ name: 'going', version: 1, machine: going }))
    given.text = 'y'
    expect(decider.state?.outbox?.to['peer-1']?.[0]?.event).toEqual({ type: 'hello', text: 'x' })
  })

  test('MSG-5 a step that would make more than 10,000 messages wait, to whatever receivers, is refused and records nothing', () => {
    const decider = Decider.started(definition)
    decider.outside(event('many', { count: 9_999 }))
    expect(refusal(decider.outside(event('greet', { id: '2', text: '' })))).toBe('recorded')
    expect(decider.state?.outbox?.last).toBe(10_000)
    const { records, state } = decider
    expect(refusal(decider.outside(event('greet', { id: '3', text: '' })))).toBe('OUTBOX_FULL')
    expect(refusal(decider.outside(event('many', { count: 5 })))).toBe('OUTBOX_FULL')
    expect([decider.records, decider.state]).toEqual([records, state])
    // One that is delivered makes room for one.
    decider.own({ kind: 'message.settled', to: 'peer-1', seq: 1 })
    expect(refusal(decider.outside(event('many', { count: 2 })))).toBe('OUTBOX_FULL')
    expect(refusal(decider.outside(event('greet', { id: '2', text: '' })))).toBe('recorded')
  })

  test.each([
    { count: 10_000, answer: 'recorded' },
    { count: 10_001, answer: 'OUTBOX_FULL' },
  ])('MSG-5 a step that sends $count messages: $answer', ({ count, answer }) => {
    expect(refusal(Decider.started(definition).outside(event('many', { count })))).toBe(answer)
  })

  test('MSG-6 what a replaced owner says of a message is dropped', () => {
    const decider = Decider.started(definition)
    decider.outside(event('greet', { id: '1', text: '' }))
    decider.outside({ kind: 'claimed', worker: 'other', previous: 'owner' })
    const said = decider.take({ input: { kind: 'message.settled', to: 'peer-1', seq: 1 }, worker: 'owner', epoch: 1 })
    expect(said).toMatchObject({ kind: 'dropped' })
  })

  test('MSG-7 an agent that has ended is claimed while it has messages, and no longer', () => {
    const decider = Decider.started(definition)
    decider.outside(event('greet', { id: '1', text: '' }))
    decider.outside(event('end'))
    expect(decider.state?.root.status).toBe('done')
    expect(refusal(decider.outside({ kind: 'claimed', worker: 'other', previous: 'owner' }))).toBe('recorded')
    expect(decider.own({ kind: 'message.settled', to: 'peer-1', seq: 1 })).toMatchObject({ kind: 'recorded' })
    expect(refusal(decider.outside({ kind: 'claimed', worker: 'third', previous: 'other' }))).toBe('NOT_ACTIVE')
  })

  test('MSG-11 an answer that the state does not take is recorded and ignored', () => {
    const decider = Decider.started(definition)
    decider.outside(event('greet', { id: '1', text: 'good day' }))
    const refused = { code: 'NOT_FOUND', message: 'no one there' }
    const { root } = decider.state ?? {}
    decider.own({ kind: 'message.settled', to: 'peer-1', seq: 1, refused })
    expect(decider.state).toMatchObject({ root, outbox: { to: {} } })
    expect(decider.records.at(-1)).toMatchObject({
      type: 'refold.message.undelivered',
      data: { to: { name: 'peer', id: '1' }, event: { type: 'hello', text: 'good day' }, code: 'NOT_FOUND' },
    })
  })
})

describe('detached children', () => {
  const by = { from: 'agent-1', incarnation: 'life-1', seq: 4, done: 'childDone', failed: 'childFailed' }

  test('MSG-16 a start is a message, and starts an agent once', () => {
    const parent = Decider.started(definition)
    parent.outside(event('delegate'))
    expect(parent.state?.outbox?.to['child-c']).toMatchObject([
      { seq: 1, kind: 'start', event: { type: 'refold.started', input: { n: 1 } }, done: 'childDone' },
    ])
    const decider = new Decider(child)
    decider.own({ kind: 'started', input: { n: 1 }, by })
    expect(decider.records[0]).toMatchObject({ type: 'refold.started', data: { input: { n: 1 } } })
    expect(decider.own({ kind: 'started', input: { n: 1 }, by })).toMatchObject({ kind: 'duplicate' })
    expect(refusal(decider.own({ kind: 'started', input: { n: 1 }, by: { ...by, seq: 5 } }))).toBe('ID_REUSED')
  })

  test('MSG-18 an input that fails the child’s schema starts nothing', () => {
    const decider = new Decider(child)
    expect(refusal(decider.own({ kind: 'started', input: { n: 'one' }, by }))).toBe('INVALID_INPUT')
    expect(decider.records).toHaveLength(0)
  })

  test('MSG-17 the end of a child and its report are one record', () => {
    const decider = new Decider(child)
    decider.own({ kind: 'started', input: { n: 1 }, by })
    decider.outside(event('end'))
    expect(decider.records).toHaveLength(2)
    expect(decider.state).toMatchObject({
      root: { status: 'done', output: 'the end' },
      outbox: { to: { 'agent-1': [{ seq: 1, kind: 'report', sentBy: 'event-1' }] } },
    })
    expect(JSON.stringify(decider.records[1]).match(/the end/g), 'the output is stored once').toHaveLength(1)
  })

  test('MSG-18 without a type for failures the parent gets `refold.undelivered`, with one that', () => {
    const refused = { code: 'ID_REUSED', message: 'taken' }
    const parent = Decider.started(definition)
    parent.outside(event('delegate'))
    parent.own({ kind: 'message.settled', to: 'child-c', seq: 1, refused })
    expect(parent.records.at(-1)).toMatchObject({
      type: 'refold.message.undelivered',
      data: { to: { name: 'child', id: 'c' }, event: { type: 'refold.started' }, code: 'ID_REUSED' },
    })
  })
})
