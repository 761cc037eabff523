import { expect, test } from 'vitest'
import { timeText } from '../world/time-text.js'
import { formatPlan } from './format-plan.js'

test('CLI-20 RCV-14 a plan as text does nothing to a terminal, and no reason in it looks like a line of its own', () => {
  const agent = { name: 'a', id: 'x\u009b2J' }
  const text = formatPlan({
    at: 0,
    resumed: [],
    inDoubt: [],
    overdue: [],
    notBegun: [],
    blocked: [{ agent, since: 0, isNew: false, error: { name: 'Error', message: '\u001b]0;x\u0007\ntrouble   none' } }],
    troubled: [],
    owned: [],
    paused: [{ agent, since: 0, reason: '\u202egnp' }],
    unregistered: { '\u001b[2J': 1 },
    holds: [],
  })
  expect(text.split('\n').every((line) => /^[\x20-\x7e]+$/.test(line))).toBe(true)
  expect(text.split('\n')).toHaveLength(5)
})

test('CLI-215 a time that no date can say is told in words', () => {
  expect([8.64e15, 8.64e15 + 1, -1e300].map(timeText)).toEqual([
    '+275760-09-13T00:00:00.000Z',
    'no date can say when',
    'no date can say when',
  ])
})
