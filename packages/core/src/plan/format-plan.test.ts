import { expect, test } from 'vitest'
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
