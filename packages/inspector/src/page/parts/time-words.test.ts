import { expect, test } from 'vitest'
import { momentOf, timeOf } from './time-words.js'

test('CLI-215 a time that no date can say has no words on the page', () => {
  expect([momentOf(9e15), timeOf(9e15), timeOf(Number.NaN)]).toEqual(['', '', ''])
  expect(momentOf(0)).toContain('1970')
})
