import { expect, test } from 'vitest'
import type { Row } from './judge.js'
import { floorsTable, show, tableText } from './table.js'

const rows: readonly Row[] = [
  {
    work: 'W1',
    figure: 'of',
    what: 'one agent',
    bound: { side: 'least', floor: 0.45, goal: 0.6 },
    runs: [0.3, 0.4, 0.31],
  },
  { work: 'W5', figure: 'ms', what: 'a wake | two', runs: [1234.5] },
]
const table = floorsTable([...rows, { work: 'E3', skipped: 'no server' }])

test('a table for a terminal says missed beside the floor, and SKIPPED with the reason', () => {
  expect(tableText(table, { markdown: false, heading: ['on this machine'], closing: ['floors missed: 1'] })).toBe(
    [
      'on this machine',
      '',
      'work  what                median  floor (goal)          spread',
      'W1    one agent           0.310   ≥ 0.45 (0.6)  missed  0.300 … 0.400',
      'W5    a wake | two        1235                          1235 … 1235',
      'E3    SKIPPED: no server',
      '',
      'floors missed: 1',
    ].join('\n'),
  )
})

test('a table for a page is Markdown', () => {
  expect(tableText(table, { markdown: true, heading: ['on this machine'], closing: ['floors missed: 1'] })).toBe(
    [
      '- on this machine',
      '',
      '| work | what | median | floor (goal) |  | spread |',
      '|---|---|---|---|---|---|',
      '| W1 | one agent | 0.310 | ≥ 0.45 (0.6) | missed | 0.300 … 0.400 |',
      '| W5 | a wake \\| two | 1235 |  |  | 1235 … 1235 |',
      '| E3 | SKIPPED: no server |  |  |  |  |',
      '',
      'floors missed: 1',
    ].join('\n'),
  )
})

test('a number has three digits, a count all of its own, and what is missing a dash', () => {
  expect([0.0123456, 12.3456, 123.456, 1000, Number.NaN].map(show)).toEqual(['0.0123', '12.3', '123', '1000', '–'])
})
