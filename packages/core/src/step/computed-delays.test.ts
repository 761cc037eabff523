/** Delays that a chart computes, and that come out as something else than a number. */
import { describe, expect, test } from 'vitest'
import { createMachine, raise, sendTo, setup } from 'xstate'
import { started } from './tree-driver.fixture.js'

function waiter(computed: unknown) {
  const soon = () => computed as number
  return setup({ delays: { soon }, actors: { kid: createMachine({}) } }).createMachine({
    invoke: { id: 'kid', src: 'kid' },
    initial: 'here',
    states: {
      here: {
        on: {
          wait: 'waiting',
          raise: { actions: raise({ type: 'now' }, { delay: soon }) },
          send: { actions: sendTo('kid', { type: 'now' }, { delay: soon }) },
          now: 'there',
        },
      },
      waiting: { after: { soon: 'here' } },
      there: {},
    },
  })
}

describe('TIM-8 computed delays', () => {
  test.each(['soon', null, 1n, new Date(0)])('TIM-8 a delay that is computed as %s is refused', (computed) => {
    for (const type of ['wait', 'raise', 'send'])
      expect(() => started(waiter(computed)).send(type), type).toThrow(
        expect.objectContaining({
          code: 'NOT_SERIALIZABLE',
          message: expect.stringMatching(/the delay of ".+" is no finite number/) as string,
        }),
      )
  })

  test('TIM-8 that of an `after` is refused when it is undefined, and an event without a delay comes at once', () => {
    expect(() => started(waiter(undefined)).send('wait')).toThrow(expect.objectContaining({ code: 'NOT_SERIALIZABLE' }))
    const agent = started(waiter(undefined))
    agent.send('raise')
    expect(agent.root.value).toBe('there')
    agent.send('send')
  })
})
