/** What the server prints of what others wrote. */
import { RefoldError } from '@refold/core/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { complaints } from './complaints.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function printing() {
  const printed: string[] = []
  return { printed, complain: complaints((text) => printed.push(text)) }
}

test('CLI-20 text of clients is shown to a terminal and does nothing to it', () => {
  const { printed, complain } = printing()
  complain(
    new RefoldError('STORE_REJECTED', 'boat-\u001b[2J\u202e was deleted\nfor ever', { hint: 'Another\u0007 name.' }),
  )
  complain(new TypeError('no stream \u001b]0;title\u0007'))
  complain('\u009b31m')
  expect(printed[0]).toBe('STORE_REJECTED: boat-\\u001b[2J\\u202e was deleted\\u000afor ever\nAnother\\u0007 name.')
  expect(printed[1]).toMatch(/^TypeError: no stream \\u001b\]0;title\\u0007\n {4}at /)
  expect(printed[2]).toBe('\\u009b31m')
})

test('each is printed once in a while, also when two come in turn', () => {
  const { printed, complain } = printing()
  for (let time = 0; time < 5; time++) for (const what of ['one', 'other']) complain(what)
  expect(printed).toEqual(['one', 'other'])
  vi.advanceTimersByTime(10_000)
  complain('one')
  expect(printed).toEqual(['one', 'other', 'one'])
})
