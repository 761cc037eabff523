import { expect, test } from 'vitest'
import { tableOf } from './table.js'

const ROWS = [
  ['order-1', 'asking'],
  ['order-1000', 'a state of a\tcertain length'],
]

test('CLI-27 a table is aligned and cut to a terminal, and separated by tabs and whole for a program', () => {
  expect(tableOf(['AGENT', 'STATE'], ROWS, {})).toBe(
    'AGENT\tSTATE\norder-1\tasking\norder-1000\ta state of a\\u0009certain length',
  )
  const shown = tableOf(['AGENT', 'STATE'], ROWS, { isTTY: true, columns: 24 })
  expect(shown).toBe('AGENT       STATE\norder-1     asking\norder-1000  a state of…')
  for (const line of shown.split('\n')) expect(line.length).toBeLessThan(24)
})
