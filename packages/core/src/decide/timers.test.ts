/** A timer that is told to fire when it should not: too early, or while it waits already. */
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { Decider } from './decider.fixture.js'
import type { Decision } from './decision.js'

const code = (decision: Decision) => (decision.kind === 'refused' ? decision.error.code : decision.kind)

function waiting(onTimer: () => void): { readonly decider: Decider; readonly fire: () => string } {
  const machine = setup({}).createMachine({
    context: { fired: 0 },
    initial: 'waiting',
    states: {
      waiting: {
        after: {
          100: {
            target: 'late',
            actions: assign(() => {
              onTimer()
              return { fired: 1 }
            }),
          },
        },
      },
      late: {},
    },
  })
  const decider = Decider.started(defineAgent({ name: 'waiting', version: 1, machine }))
  const [timer = ''] = Object.keys(decider.state?.timers ?? {})
  return { decider, fire: () => code(decider.own({ kind: 'timer.fired', timer })) }
}

test('TIM-1 a timer fires once, and not before it is due by the clock of who decides', () => {
  const { decider, fire } = waiting(() => {})
  decider.now += 99
  expect(fire()).toBe('dropped')
  decider.now += 1
  expect([fire(), fire()]).toEqual(['recorded', 'dropped'])
  expect(decider.state?.root.value).toBe('late')
})

test('TIM-1 a timer whose event waits to be decided does not fire again', () => {
  const { decider, fire } = waiting(() => {
    throw new Error('no')
  })
  decider.now += 100
  expect([fire(), fire()]).toEqual(['recorded', 'dropped'])
  expect(decider.state?.agent.waiting).toHaveLength(1)
})
