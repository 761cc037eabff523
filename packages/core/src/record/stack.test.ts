import { expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { stackOf } from './stack.js'

function failing(stack: unknown): Error {
  return Object.defineProperty(new Error('x'), 'stack', { value: stack })
}

test('the stack of an error is kept up to 4 KiB, in whole characters', () => {
  expect(stackOf(new TypeError('no such field'))).toMatch(/^TypeError: no such field\n {4}at /)
  expect(stackOf(failing('a'.repeat(5_000)))).toHaveLength(4_096)
  expect(new TextEncoder().encode(stackOf(failing('€'.repeat(5_000)))).length).toBe(4_095)
  expect(stackOf(failing('🐋'.repeat(5_000)))).toBe('🐋'.repeat(1_024))
  expect(stackOf(failing('x\ud800'))).toBe('x\ufffd')
})

test('of an error of Refold’s own it is that of the error inside', () => {
  const inside = failing('inside')
  const wrapped = new RefoldError('EVENT_REFUSED', 'x', { cause: new RefoldError('MUTATED', 'y', { cause: inside }) })
  expect(stackOf(wrapped)).toBe('inside')
  expect(stackOf(new RefoldError('EFFECT_TIMEOUT', 'x'))).toBeUndefined()
})

test('what has no stack has none, and what cannot be read does not throw', () => {
  const hostile = Object.defineProperty(new Error('x'), 'stack', {
    get: () => {
      throw new Error('y')
    },
  })
  for (const thrown of ['text', undefined, null, { stack: 'x' }, failing(7), failing(''), hostile])
    expect(stackOf(thrown)).toBeUndefined()
})
