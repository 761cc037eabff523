import { describe, expect, test } from 'vitest'
import { invariant, isRefoldError, RefoldError } from './errors.js'

describe('an error', () => {
  test('ERR-2 is recognised by its code, also when another copy of the package made it', () => {
    class RefoldErrorOfAnotherCopy extends Error {
      override readonly name = 'RefoldError'
      readonly code = 'CLOSED'
    }
    const foreign = new RefoldErrorOfAnotherCopy('closed')
    expect(foreign).not.toBeInstanceOf(RefoldError)
    expect(isRefoldError(foreign)).toBe(true)
    expect(isRefoldError(foreign, 'CLOSED')).toBe(true)
    expect(isRefoldError(foreign, 'TIMEOUT')).toBe(false)
  })

  test.each([
    undefined,
    null,
    'CLOSED',
    { name: 'RefoldError', code: 'CLOSED' },
    new Error('CLOSED'),
    Object.assign(new Error('no'), { code: 'CLOSED' }),
  ])('ERR-2 %o is none of ours', (thrown) => {
    expect(isRefoldError(thrown)).toBe(false)
  })

  test('ERR-3 keeps its cause, its facts and its hint', () => {
    const cause = new TypeError('below')
    const error = new RefoldError('CONFLICT', 'it changed', { cause, facts: { stream: 'a-1' }, hint: 'Send again.' })
    expect(error).toMatchObject({
      name: 'RefoldError',
      code: 'CONFLICT',
      message: 'it changed',
      cause,
      facts: { stream: 'a-1' },
      hint: 'Send again.',
    })
    expect(error.cause).toBe(cause)
    expect(Object.hasOwn(new RefoldError('CLOSED', 'closed'), 'cause')).toBe(false)
    expect(new RefoldError('CLOSED', 'closed').facts).toEqual({})
  })

  test('ERR-4 a broken invariant throws INVARIANT, and says that it is not the user’s fault', () => {
    expect(() => invariant(true, 'fine')).not.toThrow()
    expect(() => invariant('', 'one is more than two')).toThrow(
      expect.objectContaining({
        code: 'INVARIANT',
        message: 'one is more than two',
        hint: expect.stringContaining('defect'),
      }),
    )
  })

  test('ERR-4 an invariant stays on in production', () => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      expect(() => invariant(false, 'broken')).toThrow(expect.objectContaining({ code: 'INVARIANT' }))
    } finally {
      process.env['NODE_ENV'] = before
    }
  })
})
