import { describe, expect, test } from 'vitest'
import { unregisteredDefinition } from '../definition/unregistered.js'
import { blocked, bug, definition, event, hello } from './correspondents.fixture.js'
import { decide } from './decide.js'
import { Decider } from './decider.fixture.js'

describe('receiving', () => {
  test('MSG-2 a number that was heard is known; another life of the sender counts again', () => {
    const decider = Decider.started(definition)
    expect(decider.outside(hello(1, 'a'))).toMatchObject({ kind: 'recorded' })
    expect(decider.outside(hello(1, 'a'))).toMatchObject({ kind: 'duplicate' })
    expect(decider.outside(hello(7, 'b'))).toMatchObject({ kind: 'recorded' })
    expect(decider.outside(hello(5, 'a'))).toMatchObject({ kind: 'duplicate' })
    expect(decider.outside(hello(1, 'c', 'life-2'))).toMatchObject({ kind: 'recorded' })
    expect(decider.state?.root.context).toMatchObject({ texts: ['a', 'b', 'c'] })
    expect(decider.records.at(-1)).toMatchObject({ type: 'hello', data: { text: 'c' } })
  })

  test.each([
    { name: 'fails its schema', input: hello(1, 3), code: 'INVALID_EVENT' },
    { name: 'makes the transition throw', input: hello(1, 'bomb'), code: 'EVENT_REFUSED' },
    {
      name: 'may not come from outside',
      input: { kind: 'message', from: 'peer-1', incarnation: 'life-1', seq: 1, event: { type: 'end' } } as const,
      code: 'INVALID_EVENT',
    },
  ])('MSG-10 a message that $name advances the number and changes nothing else', ({ input, code }) => {
    const decider = Decider.started(definition)
    const { root, agent } = decider.state ?? {}
    expect(decider.outside(input)).toMatchObject({ kind: 'recorded', record: { type: 'refold.message.refused' } })
    expect(decider.state).toMatchObject({ root, agent, inbox: { 'peer-1': { seq: 1, refused: { code } } } })
    expect(decider.outside(hello(1, 'a')), 'by another deliverer').toMatchObject({ kind: 'duplicate' })
  })

  test('MSG-10 a message that the state does not take advances the number and changes nothing else', () => {
    const decider = Decider.started(definition)
    decider.outside(event('trap'))
    decider.outside(hello(1, 'a'))
    expect(decider.state?.inbox?.['peer-1']).toMatchObject({ seq: 1, refused: { code: 'EVENT_NOT_ACCEPTED' } })
  })

  test('MSG-12 without the definition a message is stored undecided, and decided with it', () => {
    const decider = Decider.started(definition)
    const { state } = decider
    const noChart = (): never => {
      throw new Error('no chart is asked')
    }
    const stored = decide(
      {
        definition: unregisteredDefinition('agent', 1),
        agentId: '1',
        state,
        tree: noChart,
        placedTree: noChart,
        revision: 1,
        now: 1,
        at: 1,
        eventId: 'event-1',
        maxWaiting: 1,
      },
      { input: hello(1, 'a'), worker: 'anyone' },
    )
    if (stored.kind !== 'recorded') throw new Error(stored.kind)
    expect(stored).toMatchObject({ record: { type: 'hello', data: { text: 'a' } }, tree: undefined })
    decider.state = stored.state
    decider.records.push(stored.record)
    expect(decider.outside(hello(1, 'a'))).toMatchObject({ kind: 'duplicate' })
    decider.own({ kind: 'retried' })
    expect(decider.state?.root.context).toMatchObject({ texts: ['a'] })
    expect(decider.state?.agent.waiting).toBeUndefined()
  })
})

describe('a message to a blocked agent', () => {
  test('MSG-13 waits, and is answered when the agent is stopped', () => {
    const decider = blocked()
    decider.outside(hello(1, 'a'))
    expect(decider.state?.agent.waiting).toHaveLength(2)
    expect(decider.outside(hello(1, 'a'))).toMatchObject({ kind: 'duplicate' })
    decider.outside({ kind: 'cancel', deadlineMs: 0 })
    expect(decider.state?.outbox?.to['peer-1']).toMatchObject([
      {
        kind: 'undelivered',
        event: { to: { name: 'agent', id: '1' }, event: { type: 'hello', text: 'a' }, code: 'NOT_ACTIVE' },
      },
    ])
  })

  test('MSG-13 is answered when it is not taken in the end, and the agent goes on', () => {
    const decider = blocked()
    decider.outside(hello(1, 'a'))
    bug.there = false
    decider.outside({ kind: 'retried' })
    decider.own({ kind: 'retried' })
    bug.there = true
    expect(decider.state?.agent).not.toHaveProperty('blocked')
    expect(decider.state?.agent).not.toHaveProperty('waiting')
    expect(decider.state?.outbox?.to['peer-1']).toMatchObject([{ event: { code: 'EVENT_NOT_ACCEPTED' } }])
  })
})
